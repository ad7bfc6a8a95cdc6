import { statement } from '../../../database/transaction.ts';
import type { Transaction } from '../../../database/transaction.ts';
import type { Leg, NewEntry } from './entry.ts';

export const insertStatement = statement(
  'teams.insert_entry',
  `with entry as (
     insert into teams.entries (id, team_id, kind, currency, amount_minor, state, description, category, occurred_on, notes,
       attachment_url, terms, created_by, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)
   )
   insert into teams.legs (entry_id, team_id, currency, member_id, paid_minor, owed_minor)
   select $1, $2, $4, leg.* from unnest($15::uuid[], $16::bigint[], $17::bigint[]) leg`,
);

/**
 * Writes an entry with its legs. The database moves the balances with them, and refuses at commit what does not sum
 * (`entries_balanced`), and at once whoever is not, or no longer, in the team.
 */
export async function insertEntry(tx: Transaction, entry: NewEntry, legs: readonly Leg[]): Promise<void> {
  await tx.query(insertStatement, [
    ...[entry.id, entry.teamId, entry.kind, entry.currency, entry.amount, entry.state, entry.description],
    ...[entry.category, entry.occurredOn, entry.notes, entry.attachmentUrl],
    entry.terms === null ? null : JSON.stringify(entry.terms),
    ...[entry.createdBy, entry.createdAt],
    ...columnsOf(legs),
  ]);
}

function columnsOf(legs: readonly Leg[]): unknown[] {
  return [legs.map(({ memberId }) => memberId), legs.map(({ paid }) => paid), legs.map(({ owed }) => owed)];
}

const lockMembersStatement = statement(
  'teams.lock_members',
  'select from teams.members where team_id = $1 and id = any ($2) order by id for share',
);
const lockCurrenciesStatement = statement('teams.lock_currencies', 'select teams.lock_currencies($1, $2)');

/**
 * For a transaction that writes legs more than once, or in more than one currency of a team: asked before the first, for all of
 * them. It locks in the order of the triggers (members, then currencies), so that no two wait for each other.
 */
export async function lockForLegs(
  tx: Transaction,
  teamId: string,
  { memberIds, currencies }: { readonly memberIds: readonly string[]; readonly currencies: readonly string[] },
): Promise<void> {
  await tx.query(lockMembersStatement, [teamId, memberIds]);
  await tx.query(lockCurrenciesStatement, [teamId, currencies]);
}
