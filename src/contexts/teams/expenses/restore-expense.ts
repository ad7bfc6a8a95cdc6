import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { Problem } from '../../../shared/problem.ts';
import { recordHistory } from '../history/history-store.ts';
import { judgeWriter, requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { problems } from '../problems.ts';
import { changeEntryState, lockExpense } from './expense-store.ts';
import type { Expense } from './expense.ts';
import { requireUnfrozen } from './require-unfrozen.ts';

/**
 * Puts a deleted expense back into the balances, exactly as it was.
 *
 * @throws Problem 404; 403 `team-role-insufficient`; 409 `team-archived`, `expense-not-deleted`, `expense-frozen`
 */
export async function restoreExpense(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { teamId, userId, expenseId }: InTeam & { readonly expenseId: string },
): Promise<Expense> {
  const self = await requireMember(tx, { teamId, userId });
  const expense = await lockExpense(tx, teamId, expenseId);
  if (expense === undefined) throw notFound();
  judgeWriter(self);
  if (expense.state !== 'deleted') {
    throw new Problem(problems['expense-not-deleted'], { detail: 'It is in the balances already.' });
  }
  await requireUnfrozen(tx, expenseId);
  const now = clock.now();
  await changeEntryState(tx, { id: expenseId, state: 'counted', at: now });
  const change = { action: 'expense-restored', subject: 'expense', subjectId: expenseId };
  await recordHistory(tx, { teamId, actorId: self.memberId }, change);
  return { ...expense, state: 'counted', version: expense.version + 1, updatedAt: now };
}
