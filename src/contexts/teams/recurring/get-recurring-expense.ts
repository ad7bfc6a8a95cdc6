import type { Queryable } from '../../../database/transaction.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import type { RecurringExpense } from './recurring-expense.ts';
import { findRecurring } from './recurring-store.ts';

/** @throws Problem 404 */
export async function getRecurringExpense(
  queryable: Queryable,
  { teamId, userId, recurringId }: InTeam & { readonly recurringId: string },
): Promise<RecurringExpense> {
  await requireMember(queryable, { teamId, userId });
  const found = await findRecurring(queryable, teamId, recurringId);
  if (found === undefined) throw notFound();
  return found;
}
