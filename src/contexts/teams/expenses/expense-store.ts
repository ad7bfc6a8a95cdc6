import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { CursorPosition } from '../../../shared/cursor.ts';
import type { EntryState, Leg } from './entry.ts';
import type { Expense } from './expense.ts';

const columns = `e.id, e.team_id as "teamId", e.currency, e.amount_minor::text as amount, e.state, e.description, e.category,
  e.occurred_on::text as "spentOn", e.notes, e.attachment_url as "attachmentUrl", e.terms, e.version,
  e.created_by as "createdBy", e.created_at as "createdAt", e.updated_at as "updatedAt"`;

interface ExpenseRow extends Omit<Expense, 'amount' | 'legs'> {
  readonly amount: string;
  readonly legs: readonly { readonly memberId: string; readonly paid: string; readonly owed: string }[];
}

const findStatement = statement<ExpenseRow>(
  'teams.find_expense',
  `select ${columns}, (
     select json_agg(json_build_object('memberId', l.member_id, 'paid', l.paid_minor::text, 'owed', l.owed_minor::text)
       order by l.member_id)
     from teams.legs l where l.entry_id = e.id) as legs
   from teams.entries e where e.id = $2 and e.team_id = $1 and e.kind = 'expense'`,
);

/** An expense of a team with its legs, deleted ones too. */
export async function findExpense(queryable: Queryable, teamId: string, id: string): Promise<Expense | undefined> {
  const [row] = await queryable.query(findStatement, [teamId, id]);
  if (row === undefined) return undefined;
  const legs = row.legs.map(({ memberId, paid, owed }) => ({ memberId, paid: BigInt(paid), owed: BigInt(owed) }));
  return { ...row, amount: BigInt(row.amount), legs };
}

const lockStatement = statement(
  'teams.lock_expense',
  `select from teams.entries where id = $2 and team_id = $1 and kind = 'expense' for no key update`,
);

/** Reads an expense and holds it until the transaction ends: the first lock of whoever changes it. */
export async function lockExpense(tx: Transaction, teamId: string, id: string): Promise<Expense | undefined> {
  await tx.query(lockStatement, [teamId, id]);
  return findExpense(tx, teamId, id);
}

const changeStatement = statement(
  'teams.change_expense',
  `update teams.entries set currency = $2, amount_minor = $3, description = $4, category = $5, occurred_on = $6, notes = $7,
     attachment_url = $8, terms = $9, updated_at = $10, version = version + 1 where id = $1`,
);

/** Writes everything but the legs. Another currency needs them gone first. */
export async function changeExpense(tx: Transaction, expense: Expense): Promise<void> {
  const { id, currency, amount, description, category, spentOn, notes, attachmentUrl, terms, updatedAt } = expense;
  await tx.query(changeStatement, [
    ...[id, currency, amount, description, category, spentOn, notes, attachmentUrl, JSON.stringify(terms), updatedAt],
  ]);
}

const stateStatement = statement(
  'teams.change_entry_state',
  'update teams.entries set state = $2, updated_at = $3, version = version + 1 where id = $1',
);

/** Lets an entry count, or not any more; balances move with it. */
export async function changeEntryState(
  tx: Transaction,
  { id, state, at }: { readonly id: string; readonly state: EntryState; readonly at: Date },
): Promise<void> {
  await tx.query(stateStatement, [id, state, at]);
}

const deleteLegsStatement = statement('teams.delete_legs', 'delete from teams.legs where entry_id = $1');
const insertLegsStatement = statement(
  'teams.insert_legs',
  `insert into teams.legs (entry_id, team_id, currency, member_id, paid_minor, owed_minor)
   select $1, $2, $3, leg.* from unnest($4::uuid[], $5::bigint[], $6::bigint[]) leg`,
);

export async function deleteLegs(tx: Transaction, entryId: string): Promise<void> {
  await tx.query(deleteLegsStatement, [entryId]);
}

export async function insertLegs(
  tx: Transaction,
  { id, teamId, currency }: Pick<Expense, 'id' | 'teamId' | 'currency'>,
  legs: readonly Leg[],
): Promise<void> {
  await tx.query(insertLegsStatement, [
    ...[id, teamId, currency, legs.map(({ memberId }) => memberId)],
    ...[legs.map(({ paid }) => paid), legs.map(({ owed }) => owed)],
  ]);
}

const formerStatement = statement<{ id: string }>(
  'teams.find_former_sharer',
  `select m.id from teams.legs l join teams.members m on m.id = l.member_id
   where l.entry_id = $1 and m.left_at is not null limit 1`,
);

/** Whether somebody who shares it has left the team. */
export async function hasFormerSharer(queryable: Queryable, entryId: string): Promise<boolean> {
  return (await queryable.query(formerStatement, [entryId])).length > 0;
}

export interface ExpenseFilter {
  readonly teamId: string;
  /** Whose own part is told. */
  readonly selfId: string;
  readonly state: 'counted' | 'deleted';
  readonly search: string | undefined;
  readonly category: string | undefined;
  readonly currency: string | undefined;
  readonly memberId: string | undefined;
  /** `YYYY-MM-DD`, included. */
  readonly from: string | undefined;
  /** `YYYY-MM-DD`, not included. */
  readonly to: string | undefined;
}

/** An expense in a list, with one's own part. */
export interface ExpenseBrief extends Omit<Expense, 'legs' | 'terms' | 'notes' | 'attachmentUrl'> {
  readonly paid: bigint;
  readonly owed: bigint;
  /** Day and time as PostgreSQL writes them, for cursors. */
  readonly sortKey: string;
}

interface BriefRow extends Omit<ExpenseBrief, 'amount' | 'paid' | 'owed'> {
  readonly amount: string;
  readonly paid: string;
  readonly owed: string;
}

const listStatement = statement<BriefRow>(
  'teams.list_expenses',
  `select ${columns}, coalesce(own.paid_minor, 0)::text as paid, coalesce(own.owed_minor, 0)::text as owed,
     e.occurred_on || '|' || e.created_at as "sortKey"
   from teams.entries e left join teams.legs own on own.entry_id = e.id and own.member_id = $2
   where e.team_id = $1 and e.kind = 'expense' and e.state = $3
     and ($4::text is null or position(lower($4) in lower(e.description || ' ' || coalesce(e.notes, ''))) > 0)
     and ($5::text is null or e.category = $5) and ($6::text is null or e.currency = $6)
     and ($7::uuid is null or exists (select from teams.legs l where l.entry_id = e.id and l.member_id = $7))
     and ($8::date is null or e.occurred_on >= $8) and ($9::date is null or e.occurred_on < $9)
     and ($10::text is null or (e.occurred_on, e.created_at, e.id)
       < (split_part($10, '|', 1)::date, split_part($10, '|', 2)::timestamptz, $11::uuid))
   order by e.occurred_on desc, e.created_at desc, e.id desc limit $12`,
);

/** The last day first, strictly after `after`. */
export async function listExpenseRows(
  queryable: Queryable,
  { teamId, selfId, state, search, category, currency, memberId, from, to }: ExpenseFilter,
  { after, limit }: { readonly after: CursorPosition | undefined; readonly limit: number },
): Promise<ExpenseBrief[]> {
  const filter = [teamId, selfId, state, search, category, currency, memberId, from, to].map((value) => value ?? null);
  const rows = await queryable.query(listStatement, [...filter, after?.key ?? null, after?.id ?? null, limit]);
  return rows.map(({ amount, paid, owed, ...row }) => ({
    ...{ ...row, amount: BigInt(amount), paid: BigInt(paid), owed: BigInt(owed) },
  }));
}

export const noticeStatement = statement(
  'teams.insert_notice',
  'insert into teams.notices (entry_id, actor_id) values ($1, $2)',
);

/** Has the participants told of an expense, with the next notices that leave. */
export async function insertNotice(tx: Transaction, entryId: string, actorId: string): Promise<void> {
  await tx.query(noticeStatement, [entryId, actorId]);
}
