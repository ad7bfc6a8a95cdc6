import { csvText } from '../../../shared/csv-text.ts';
import { moneyText } from '../../../shared/money.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { passEntries } from './export-store.ts';
import type { ExportedEntry } from './export-store.ts';

/** Entries passed per statement. */
const STEP = 1_000;

/** The columns of our own CSV: one line per member's part of an entry, so that a spreadsheet can sum it up. */
export const ownColumns = [
  ...(['entry', 'kind', 'date', 'description', 'category', 'currency', 'amount'] as const),
  ...(['memberId', 'member', 'paid', 'owed', 'notes'] as const),
] as const;

/** How each format begins, what stands between its entries, and how it ends. */
const formats = {
  csv: { head: `${ownColumns.join(',')}\r\n`, write: csvLines, between: '', tail: '' },
  json: { head: '[', write: jsonText, between: ',\n', tail: ']\n' },
  ndjson: { head: '', write: (entry: ExportedEntry) => `${jsonText(entry)}\n`, between: '', tail: '' },
} as const;

export type FileFormat = keyof typeof formats;

export interface ExportExpenses extends InTeam {
  readonly format: FileFormat;
  /** Aborts when the receiver is gone. */
  readonly signal: AbortSignal;
}

/**
 * Everything that counts in a team as a file, the first day first, read piece by piece as the receiver takes it. Each entry is
 * as it was when its piece was read: it is no snapshot.
 *
 * @throws Problem 404, before there is a file
 */
export async function exportExpenses(
  { primary, reporting }: Pick<TeamsDependencies, 'primary' | 'reporting'>,
  { teamId, userId, format, signal }: ExportExpenses,
): Promise<AsyncGenerator<string>> {
  await requireMember(primary, { teamId, userId });
  return pieces(reporting, teamId, format, signal);
}

async function* pieces(
  reporting: TeamsDependencies['reporting'],
  teamId: string,
  format: FileFormat,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const { head, write, between, tail } = formats[format];
  if (head !== '') yield head;
  for (let after: ExportedEntry | undefined, more = true; more;) {
    signal.throwIfAborted();
    const entries: ExportedEntry[] = await passEntries(reporting, teamId, { after, limit: STEP });
    if (entries.length > 0) yield (after === undefined ? '' : between) + entries.map(write).join(between);
    after = entries.at(-1);
    more = entries.length === STEP;
  }
  if (tail !== '') yield tail;
}

function csvLines({ id, kind, date, description, category, currency, amount, notes, legs }: ExportedEntry): string {
  const head = [id, kind, date, csvText(description), category ?? '', currency, moneyText({ amount, currency })];
  return legs
    .map(({ memberId, member, paid, owed }) =>
      [
        ...[
          ...head,
          memberId,
          csvText(member),
          moneyText({ amount: paid, currency }),
          moneyText({ amount: owed, currency }),
        ],
        notes === null ? '' : csvText(notes),
      ].join(','),
    )
    .map((line) => `${line}\r\n`)
    .join('');
}

function jsonText({ sortKey: _, amount, legs, ...entry }: ExportedEntry): string {
  const { currency } = entry;
  const written = legs.map(({ paid, owed, ...leg }) => ({
    ...leg,
    ...{ paid: moneyText({ amount: paid, currency }), owed: moneyText({ amount: owed, currency }) },
  }));
  return JSON.stringify({ ...entry, amount: moneyText({ amount, currency }), legs: written });
}
