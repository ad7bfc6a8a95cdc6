import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { CursorPosition } from '../../../shared/cursor.ts';
import type { RecurringExpense } from './recurring-expense.ts';

const columns = `id, team_id as "teamId", description, category, notes, amount, currency, terms, starts_on::text as "startsOn",
  unit, every, time_zone as "timeZone", ends_on::text as "endsOn", next_number as "nextNumber", next_on::text as "nextOn",
  state, suspended_reason as "suspendedReason", version, created_by as "createdBy", created_at as "createdAt",
  updated_at as "updatedAt"`;

const insertStatement = statement(
  'teams.insert_recurring_expense',
  `insert into teams.recurring_expenses (id, team_id, description, category, notes, amount, currency, terms, starts_on, unit,
     every, time_zone, ends_on, next_number, next_on, state, created_by, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'active', $16, $17, $17)`,
);

export async function insertRecurring(tx: Transaction, recurring: RecurringExpense): Promise<void> {
  const { id, teamId, createdBy, createdAt } = recurring;
  await tx.query(insertStatement, [id, teamId, ...wordsOf(recurring), createdBy, createdAt]);
}

function wordsOf(recurring: RecurringExpense): unknown[] {
  const { description, category, notes, amount, currency, terms, startsOn, unit, every, timeZone, endsOn } = recurring;
  return [
    ...[description, category, notes, amount, currency, JSON.stringify(terms), startsOn, unit, every, timeZone, endsOn],
    ...[recurring.nextNumber, recurring.nextOn],
  ];
}

const findStatement = statement<RecurringExpense>(
  'teams.find_recurring_expense',
  `select ${columns} from teams.recurring_expenses where id = $2 and team_id = $1 and state <> 'deleted'`,
);

export async function findRecurring(
  queryable: Queryable,
  teamId: string,
  id: string,
): Promise<RecurringExpense | undefined> {
  const [row] = await queryable.query(findStatement, [teamId, id]);
  return row;
}

const lockStatement = statement<RecurringExpense>(
  'teams.lock_recurring_expense',
  `select ${columns} from teams.recurring_expenses
   where id = $2 and team_id = $1 and state <> 'deleted' for no key update`,
);

/** Reads it and waits for whoever writes its expenses at this moment. */
export async function lockRecurring(
  tx: Transaction,
  teamId: string,
  id: string,
): Promise<RecurringExpense | undefined> {
  const [row] = await tx.query(lockStatement, [teamId, id]);
  return row;
}

const changeStatement = statement(
  'teams.change_recurring_expense',
  `update teams.recurring_expenses set description = $2, category = $3, notes = $4, amount = $5, currency = $6, terms = $7,
     starts_on = $8, unit = $9, every = $10, time_zone = $11, ends_on = $12, next_number = $13, next_on = $14, state = 'active',
     suspended_reason = null, updated_at = $15, version = version + 1 where id = $1`,
);

export async function changeRecurring(tx: Transaction, recurring: RecurringExpense): Promise<void> {
  await tx.query(changeStatement, [recurring.id, ...wordsOf(recurring), recurring.updatedAt]);
}

const deleteStatement = statement(
  'teams.delete_recurring_expense',
  `update teams.recurring_expenses set state = 'deleted', suspended_reason = null, updated_at = $2, version = version + 1
   where id = $1`,
);

export async function deleteRecurring(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx.query(deleteStatement, [id, at]);
}

const listStatement = statement<RecurringExpense & { readonly sortKey: string }>(
  'teams.list_recurring_expenses',
  `select ${columns}, created_at::text as "sortKey" from teams.recurring_expenses
   where team_id = $1 and state <> 'deleted' and ($2::timestamptz is null or (created_at, id) < ($2, $3::uuid))
   order by created_at desc, id desc limit $4`,
);

/** The newest first, strictly after `after`. */
export async function listRecurring(
  queryable: Queryable,
  teamId: string,
  { after, limit }: { readonly after: CursorPosition | undefined; readonly limit: number },
): Promise<{ readonly recurring: RecurringExpense; readonly sortKey: string }[]> {
  const rows = await queryable.query(listStatement, [teamId, after?.key ?? null, after?.id ?? null, limit]);
  return rows.map(({ sortKey, ...recurring }) => ({ recurring, sortKey }));
}

const lastStatement = statement<{ day: string | null }>(
  'teams.find_last_occurrence',
  'select max(occurs_on)::text as day from teams.recurring_occurrences where recurring_id = $1',
);

/** The last day that was written; null before the first. */
export async function findLastOccurrence(tx: Transaction, id: string): Promise<string | null> {
  const [row] = await tx.query(lastStatement, [id]);
  return row?.day ?? null;
}

const takeDueStatement = statement<RecurringExpense & { readonly today: string }>(
  'teams.take_due_recurring_expense',
  `select ${columns}, ($1::timestamptz at time zone r.time_zone)::date::text as today from teams.recurring_expenses r
   where r.state = 'active' and r.next_on <= ($1::timestamptz at time zone r.time_zone)::date
     and r.next_on <= ($1::timestamptz + interval '15 hours')::date
     and exists (select from teams.teams t where t.id = r.team_id and t.archived_at is null)
   order by r.next_on, r.id limit 1 for no key update skip locked`,
);

/** One that is due by the calendar of its own zone, which nobody else is writing; archived teams have none. */
export async function takeDueRecurring(
  tx: Transaction,
  now: Date,
): Promise<(RecurringExpense & { readonly today: string }) | undefined> {
  const [row] = await tx.query(takeDueStatement, [now]);
  return row;
}

const holdStatement = statement<{ open: boolean }>('teams.hold_open', 'select teams.hold_open($1) as open');

/** Keeps a team from being archived until the transaction ends. @returns false: it is archived */
export async function holdOpenTeam(tx: Transaction, teamId: string): Promise<boolean> {
  const [row] = await tx.query(holdStatement, [teamId]);
  return row?.open === true;
}

const advanceStatement = statement(
  'teams.advance_recurring_expense',
  `update teams.recurring_expenses set next_number = $2, next_on = $3, version = version + 1, updated_at = $6,
     state = case when $4::text is null then state else 'suspended' end, suspended_reason = $4
   where id = $1 and version = $5`,
);

/** Moves on to the next occurrence; with a reason, and stops there. */
export async function advanceRecurring(
  tx: Transaction,
  { id, version }: RecurringExpense,
  next: { readonly number: number; readonly day: string | null; readonly reason: string | null; readonly at: Date },
): Promise<void> {
  await tx.query(advanceStatement, [id, next.number, next.day, next.reason, version, next.at]);
}

const insertOccurrenceStatement = statement<{ one: number }>(
  'teams.insert_occurrence',
  `insert into teams.recurring_occurrences (recurring_id, occurs_on, entry_id) values ($1, $2, $3)`,
);

/** Joins a day to its expense, in the transaction that writes it. */
export async function insertOccurrence(tx: Transaction, id: string, day: string, entryId: string): Promise<void> {
  await tx.query(insertOccurrenceStatement, [id, day, entryId]);
}

const presentStatement = statement<{ id: string }>(
  'teams.list_present_members',
  'select id from teams.members where team_id = $1 and id = any ($2) and left_at is null',
);

/** Those of these members who are in the team. */
export async function listPresent(
  tx: Transaction,
  teamId: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await tx.query(presentStatement, [teamId, ids]);
  return new Set(rows.map(({ id }) => id));
}
