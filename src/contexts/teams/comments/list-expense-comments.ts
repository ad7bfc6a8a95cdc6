import { pageOf } from '../../../shared/cursor.ts';
import type { Page } from '../../../shared/cursor.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { findExpense } from '../expenses/expense-store.ts';
import { requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { listCommentRows } from './comment-store.ts';
import type { ExpenseComment } from './comment-store.ts';

export interface ListExpenseComments extends InTeam {
  readonly expenseId: string;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** What members said about an expense, deleted ones too, the newest first. @throws Problem 404; 400 `invalid-cursor` */
export async function listExpenseComments(
  { primary, cursors }: Pick<TeamsDependencies, 'primary' | 'cursors'>,
  { teamId, userId, expenseId, limit, cursor }: ListExpenseComments,
): Promise<Page<ExpenseComment>> {
  await requireMember(primary, { teamId, userId });
  if ((await findExpense(primary, teamId, expenseId)) === undefined) throw notFound();
  const scope = { operation: 'listExpenseComments', filters: { expenseId } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await listCommentRows(primary, expenseId, { after, limit: limit + 1 });
  return pageOf(rows, limit, ({ sortKey, id }) => cursors.encode(scope, { key: sortKey, id }));
}
