import { breakKinds } from './breaking-change.ts';
import type { BreakingChange, BreakKind } from './breaking-change.ts';

/** A break that was decided on, as openapi/accepted-changes.json lists it. */
export interface AcceptedChange {
  readonly operation: string;
  readonly kind: BreakKind;
  /** Stands in the text of the change, such as the name of the field: whatever else breaks there is not accepted with it. */
  readonly about: string;
  /** Why callers are asked to bear it. */
  readonly reason: string;
  /** As 2027-05-21: until then the change is released and this entry gone. */
  readonly sunset: string;
}

/** @throws Error naming the entry that has another form. */
export function parseAccepted(text: string): AcceptedChange[] {
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) throw new Error('It must be a list.');
  return list.map((entry: unknown) => {
    if (!isAccepted(entry)) {
      throw new Error(
        `${JSON.stringify(entry)} must have exactly operation, kind (${breakKinds.join(', ')}), about, reason and sunset (a date).`,
      );
    }
    return entry;
  });
}

function isAccepted(entry: unknown): entry is AcceptedChange {
  if (typeof entry !== 'object' || entry === null) return false;
  const { operation, kind, about, reason, sunset, ...rest } = entry as Record<string, unknown>;
  return (
    [operation, about, reason, sunset].every((value) => typeof value === 'string' && value.trim() !== '') &&
    breakKinds.some((known) => known === kind) &&
    isDate(String(sunset)) &&
    Object.keys(rest).length === 0
  );
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/**
 * What is wrong: breaks that nobody accepted, entries whose day has come, and entries that accept nothing.
 * @param today as 2026-11-21.
 */
export function judgeChanges(
  changes: readonly BreakingChange[],
  accepted: readonly AcceptedChange[],
  today: string,
): string[] {
  // Header names come in any case.
  const covers = ({ operation, kind, about }: AcceptedChange, change: BreakingChange): boolean =>
    operation === change.operation && kind === change.kind && change.text.toLowerCase().includes(about.toLowerCase());
  return [
    ...changes
      .filter((change) => !accepted.some((entry) => covers(entry, change)))
      .map(({ operation, kind, text }) => `${operation}: ${text} (${kind})`),
    ...accepted
      .filter((entry) => !changes.some((change) => covers(entry, change)))
      .map((entry) => `accepted-changes.json: "${entry.about}" of ${entry.operation} matches no change; remove it`),
    ...accepted
      .filter(({ sunset }) => sunset <= today)
      .map((entry) => `accepted-changes.json: "${entry.about}" of ${entry.operation} expired on ${entry.sunset}`),
  ];
}
