import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { recordHistory } from '../history/history-store.ts';
import type { InTeam } from '../members/require-member.ts';
import { judgeRecurring } from './judge-recurring.ts';
import { nextAfter } from './recurrence.ts';
import type { RecurringExpense, RecurringWords } from './recurring-expense.ts';
import { insertRecurring } from './recurring-store.ts';

/**
 * Has an expense come again by the calendar. Days that have passed already are written too, up to the limit.
 *
 * @throws Problem whatever `judgeRecurring` refuses
 */
export async function createRecurringExpense(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { id, teamId, userId, ...words }: InTeam & RecurringWords & { readonly id: string },
): Promise<RecurringExpense> {
  const self = await judgeRecurring(tx, { teamId, userId }, id, words);
  const now = clock.now();
  const next = nextAfter(words, null);
  const recurring: RecurringExpense = {
    ...{ ...words, id, teamId, nextNumber: next.number, nextOn: next.day, state: 'active', suspendedReason: null },
    ...{ version: 1, createdBy: self.memberId, createdAt: now, updatedAt: now },
  };
  await insertRecurring(tx, recurring);
  const change = { action: 'recurring-expense-created', subject: 'recurring-expense', subjectId: id, after: words };
  await recordHistory(tx, { teamId, actorId: self.memberId }, change);
  return recurring;
}
