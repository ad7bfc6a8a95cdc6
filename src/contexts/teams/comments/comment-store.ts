import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { CursorPosition } from '../../../shared/cursor.ts';

/** What a member said about an expense. */
export interface ExpenseComment {
  readonly id: string;
  readonly memberId: string;
  readonly text: string;
  readonly createdAt: Date;
}

const insertStatement = statement(
  'teams.insert_comment',
  'insert into teams.comments (id, team_id, entry_id, member_id, text, created_at) values ($1, $2, $3, $4, $5, $6)',
);

export async function insertComment(
  tx: Transaction,
  { teamId, expenseId }: { readonly teamId: string; readonly expenseId: string },
  { id, memberId, text, createdAt }: ExpenseComment,
): Promise<void> {
  await tx.query(insertStatement, [id, teamId, expenseId, memberId, text, createdAt]);
}

const columns = `id, member_id as "memberId", text, created_at as "createdAt"`;

const findStatement = statement<ExpenseComment>(
  'teams.find_comment',
  `select ${columns} from teams.comments where team_id = $1 and entry_id = $2 and id = $3`,
);

export async function findComment(
  queryable: Queryable,
  { teamId, expenseId, commentId }: { teamId: string; expenseId: string; commentId: string },
): Promise<ExpenseComment | undefined> {
  const [row] = await queryable.query(findStatement, [teamId, expenseId, commentId]);
  return row;
}

const deleteStatement = statement<{ id: string }>(
  'teams.delete_comment',
  'delete from teams.comments where id = $1 returning id',
);

/** @returns false when somebody else was first */
export async function deleteComment(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.query(deleteStatement, [id])).length > 0;
}

const listStatement = statement<ExpenseComment & { readonly sortKey: string }>(
  'teams.list_comments',
  `select ${columns}, created_at::text as "sortKey" from teams.comments
   where entry_id = $1 and ($2::timestamptz is null or (created_at, id) < ($2, $3::uuid))
   order by created_at desc, id desc limit $4`,
);

/** The newest first, strictly after `after`. */
export async function listCommentRows(
  queryable: Queryable,
  expenseId: string,
  { after, limit }: { readonly after: CursorPosition | undefined; readonly limit: number },
): Promise<(ExpenseComment & { readonly sortKey: string })[]> {
  return queryable.query(listStatement, [expenseId, after?.key ?? null, after?.id ?? null, limit]);
}
