import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { findExpense } from '../expenses/expense-store.ts';
import { recordHistory } from '../history/history-store.ts';
import { requireWriter } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { insertComment } from './comment-store.ts';
import type { ExpenseComment } from './comment-store.ts';

export interface CreateExpenseComment extends InTeam {
  readonly id: string;
  readonly expenseId: string;
  readonly text: string;
}

/** Says something about an expense. @throws Problem 404; 403 `team-role-insufficient`; 409 `team-archived` */
export async function createExpenseComment(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { id, teamId, userId, expenseId, text }: CreateExpenseComment,
): Promise<ExpenseComment> {
  const self = await requireWriter(tx, { teamId, userId });
  if ((await findExpense(tx, teamId, expenseId))?.state !== 'counted') throw notFound();
  const comment = { id, memberId: self.memberId, text, createdAt: clock.now() };
  await insertComment(tx, { teamId, expenseId }, comment);
  const change = { action: 'comment-created', subject: 'expense', subjectId: expenseId, after: { commentId: id } };
  await recordHistory(tx, { teamId, actorId: self.memberId }, change);
  return comment;
}
