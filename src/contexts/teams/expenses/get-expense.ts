import type { Queryable } from '../../../database/transaction.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { findExpense } from './expense-store.ts';
import type { Expense } from './expense.ts';

/** An expense that is not deleted. @throws Problem 404 */
export async function getExpense(
  queryable: Queryable,
  { teamId, userId, expenseId }: InTeam & { readonly expenseId: string },
): Promise<Expense> {
  await requireMember(queryable, { teamId, userId });
  const expense = await findExpense(queryable, teamId, expenseId);
  if (expense?.state !== 'counted') throw notFound();
  return expense;
}
