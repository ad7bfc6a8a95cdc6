import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { derivedId } from '../../../shared/id.ts';
import { moneyText } from '../../../shared/money.ts';
import { Problem } from '../../../shared/problem.ts';
import { lockForLegs } from '../expenses/entry-store.ts';
import type { Leg } from '../expenses/entry.ts';
import { MOST_PARTICIPANTS } from '../expenses/judge-terms.ts';
import { recordHistory } from '../history/history-store.ts';
import { listMembers } from '../members/member-store.ts';
import { requireWriter } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import type { Member } from '../members/team.ts';
import { problems } from '../problems.ts';
import { insertEntries, listKnownEntries } from './import-store.ts';
import type { EntryWithLegs } from './import-store.ts';
import type { FileEntry, LineFault } from './imported-entry.ts';
import { readCsv } from './read-csv.ts';
import { readOwnFile } from './read-own-file.ts';
import { readSplitwiseFile } from './read-splitwise-file.ts';

/** Entries that one file may hold: they are written in one transaction. */
const MOST_ENTRIES = 2_000;
/** Faults that are told; who mends these finds the rest. */
const MOST_FAULTS = 100;

export interface ImportExpenses extends InTeam {
  readonly format: 'portico' | 'splitwise';
  readonly csv: string;
  /** Only tells what would come of it. */
  readonly dryRun: boolean;
}

/** What came of a file, or would. */
export interface ExpenseImport {
  readonly entries: number;
  /** Not there before. */
  readonly added: number;
  readonly faults: readonly LineFault[];
  readonly faultCount: number;
}

/**
 * Takes a file of expenses in: all of it, or nothing when anything is wrong with it. What was taken in from the same lines before
 * is known and not written twice, deleted or not. Nobody is told by e-mail.
 *
 * @throws Problem 404; 403 `team-role-insufficient`; 409 `team-archived`, `import-faulty`, `money-overflow`
 */
export async function importExpenses(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { teamId, userId, format, csv, dryRun }: ImportExpenses,
): Promise<ExpenseImport> {
  const self = await requireWriter(tx, { teamId, userId });
  const { entries, faults } = readFile(format, csv);
  const createdAt = clock.now();
  const common = { teamId, createdBy: self.memberId, createdAt };
  const written = nameMembers(entries, await listMembers(tx, teamId), faults, common);
  const known = await listKnownEntries(
    tx,
    teamId,
    written.map(({ id }) => id),
  );
  const added = written.filter(({ id }) => !known.has(id));
  const result = {
    ...{ entries: entries.length, added: added.length, faultCount: faults.length },
    faults: faults.toSorted((a, b) => a.line - b.line).slice(0, MOST_FAULTS),
  };
  if (dryRun) return result;
  requireFaultless(result);
  if (added.length === 0) return result;
  await lockForLegs(tx, teamId, {
    memberIds: [...new Set(added.flatMap(({ legs }) => legs.map(({ memberId }) => memberId)))],
    currencies: [...new Set(added.map(({ currency }) => currency))],
  });
  await insertEntries(tx, common, added);
  const after = { format, entries: entries.length, added: added.length };
  const change = { action: 'expenses-imported', subject: 'team', subjectId: teamId, after };
  await recordHistory(tx, { teamId, actorId: self.memberId }, change);
  return result;
}

function readFile(
  format: ImportExpenses['format'],
  csv: string,
): { entries: readonly FileEntry[]; faults: LineFault[] } {
  const records = readCsv(csv);
  if ('detail' in records) return { entries: [], faults: [records] };
  const { entries, faults } = format === 'portico' ? readOwnFile(records) : readSplitwiseFile(records);
  if (entries.length <= MOST_ENTRIES) return { entries, faults: [...faults] };
  return { entries: [], faults: [{ line: 1, detail: `holds more than ${MOST_ENTRIES} entries` }] };
}

/** @param faults gets those of entries that name nobody in the team, or somebody twice */
function nameMembers(
  entries: readonly FileEntry[],
  members: readonly Member[],
  faults: LineFault[],
  common: Pick<EntryWithLegs, 'teamId' | 'createdBy' | 'createdAt'>,
): EntryWithLegs[] {
  const present = members.filter(({ leftAt }) => leftAt === null);
  const ids = new Set(present.map(({ id }) => id));
  const byName = Map.groupBy(present, ({ name }) => name.trim());
  const times = new Map<string, number>();
  return entries.flatMap((entry): EntryWithLegs[] => {
    const legs = entry.legs.map((leg): Leg | string => {
      const named = byName.get(leg.name.trim()) ?? [];
      const memberId = leg.memberId !== null && ids.has(leg.memberId) ? leg.memberId : named[0]?.id;
      if (memberId === undefined) return `names ${leg.name}, who is not in the team`;
      if (memberId !== leg.memberId && named.length > 1) return `names ${leg.name}, of whom the team has several`;
      return { memberId, paid: leg.paid, owed: leg.owed };
    });
    const wrong = legs.find((leg) => typeof leg === 'string');
    const found = legs.filter((leg) => typeof leg !== 'string');
    const detail = wrong ?? faultOfLegs(found);
    if (detail !== undefined) {
      faults.push({ line: entry.line, detail: detail.slice(0, 300) });
      return [];
    }
    return [entryOf(entry, found, common, times)];
  });
}

function faultOfLegs(legs: readonly Leg[]): string | undefined {
  if (new Set(legs.map(({ memberId }) => memberId)).size < legs.length) return 'names a member twice';
  return legs.length > MOST_PARTICIPANTS ? `names more than ${MOST_PARTICIPANTS} members` : undefined;
}

/** @param times how often the same was in the file before: two equal coffees are two */
function entryOf(
  { kind, date, description, category, currency, amount, notes }: FileEntry,
  legs: readonly Leg[],
  common: Pick<EntryWithLegs, 'teamId' | 'createdBy' | 'createdAt'>,
  times: Map<string, number>,
): EntryWithLegs {
  const parts = legs.map(({ memberId, paid, owed }) => `${memberId} ${paid} ${owed}`).sort();
  const content = JSON.stringify([kind, date, description, category, currency, String(amount), notes, parts]);
  const before = times.get(content) ?? 0;
  times.set(content, before + 1);
  return {
    ...{ ...common, id: derivedId('expense import', common.teamId, content, String(before)), kind, currency, amount },
    ...{ state: 'counted', description, category, occurredOn: date, notes, attachmentUrl: null, legs },
    terms: termsOf(kind, legs, currency),
  };
}

/** What a writer would have asked for to get these legs. */
function termsOf(kind: FileEntry['kind'], legs: readonly Leg[], currency: string): object {
  if (kind === 'settlement') {
    const payerId = legs.find(({ paid }) => paid > 0n)?.memberId;
    return { payerId, receiverId: legs.find(({ owed }) => owed > 0n)?.memberId };
  }
  const amounts = (part: 'paid' | 'owed') =>
    legs
      .filter((leg) => leg[part] > 0n)
      .map((leg) => ({ memberId: leg.memberId, amount: moneyText({ amount: leg[part], currency }) }));
  return { payers: amounts('paid'), split: { method: 'exact', shares: amounts('owed') } };
}

function requireFaultless({ faults, faultCount }: ExpenseImport): void {
  if (faultCount === 0) return;
  throw new Problem(problems['import-faulty'], {
    detail: `${faultCount} faults; nothing was taken in. A dry run tells the first ${MOST_FAULTS}.`,
    errors: faults.map(({ line, detail }) => ({ pointer: '/csv', detail: `line ${line} ${detail}` })),
  });
}
