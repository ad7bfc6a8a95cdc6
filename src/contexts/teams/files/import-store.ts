import { statement } from '../../../database/transaction.ts';
import type { Transaction } from '../../../database/transaction.ts';
import type { Leg, NewEntry } from '../expenses/entry.ts';

const knownStatement = statement<{ id: string }>(
  'teams.list_known_entries',
  'select id from teams.entries where team_id = $1 and id = any ($2)',
);

/** Those of these entries that are there already, in whatever state. */
export async function listKnownEntries(
  tx: Transaction,
  teamId: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await tx.query(knownStatement, [teamId, ids]);
  return new Set(rows.map(({ id }) => id));
}

export type EntryWithLegs = NewEntry & { readonly legs: readonly Leg[] };

const insertEntriesStatement = statement(
  'teams.insert_entries',
  `insert into teams.entries (id, team_id, kind, currency, amount_minor, state, description, category, occurred_on, notes,
     terms, created_by, created_at, updated_at)
   select e.id, $1, e.kind, e.currency, e.amount, 'counted', e.description, e.category, e.day, e.notes, e.terms, $2, $3, $3
   from unnest($4::uuid[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::text[], $10::date[], $11::text[], $12::jsonb[])
     e (id, kind, currency, amount, description, category, day, notes, terms)`,
);

const insertLegsStatement = statement(
  'teams.insert_legs_of_entries',
  `insert into teams.legs (entry_id, team_id, currency, member_id, paid_minor, owed_minor)
   select l.entry_id, $1, l.currency, l.member_id, l.paid, l.owed
   from unnest($2::uuid[], $3::text[], $4::uuid[], $5::bigint[], $6::bigint[]) l (entry_id, currency, member_id, paid, owed)`,
);

/**
 * Writes many entries of one team at once; balances move with them in one step. Of several currencies ask for their locks
 * first (`lockForLegs`).
 */
export async function insertEntries(
  tx: Transaction,
  { teamId, createdBy, createdAt }: Pick<NewEntry, 'teamId' | 'createdBy' | 'createdAt'>,
  entries: readonly EntryWithLegs[],
): Promise<void> {
  await tx.query(insertEntriesStatement, [
    ...[teamId, createdBy, createdAt],
    ...[entries.map(({ id }) => id), entries.map(({ kind }) => kind), entries.map(({ currency }) => currency)],
    ...[entries.map(({ amount }) => amount), entries.map(({ description }) => description)],
    ...[entries.map(({ category }) => category), entries.map(({ occurredOn }) => occurredOn)],
    ...[entries.map(({ notes }) => notes), entries.map(({ terms }) => JSON.stringify(terms))],
  ]);
  const legs = entries.flatMap(({ id, currency, legs: own }) => own.map((leg) => ({ id, currency, ...leg })));
  await tx.query(insertLegsStatement, [
    ...[teamId, legs.map(({ id }) => id), legs.map(({ currency }) => currency)],
    ...[legs.map(({ memberId }) => memberId), legs.map(({ paid }) => paid), legs.map(({ owed }) => owed)],
  ]);
}
