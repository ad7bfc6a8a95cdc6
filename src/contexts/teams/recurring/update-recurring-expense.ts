import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { requireMatch } from '../../../shared/etag.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { recordHistory } from '../history/history-store.ts';
import { judgeRole, requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { judgeRecurring } from './judge-recurring.ts';
import { nextAfter } from './recurrence.ts';
import type { RecurringExpense, RecurringWords } from './recurring-expense.ts';
import { changeRecurring, findLastOccurrence, lockRecurring } from './recurring-store.ts';

export interface UpdateRecurringExpense extends InTeam, RecurringWords {
  readonly recurringId: string;
  readonly ifMatch: string | undefined;
}

/**
 * Puts another state in the place of the present one, for the days that are not written yet: written expenses stay as they
 * are, and no day before the last of them is written any more. Lifts a suspension.
 *
 * @throws Problem 404, 412, 428, and whatever `judgeRecurring` refuses
 */
export async function updateRecurringExpense(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { teamId, userId, recurringId, ifMatch, ...words }: UpdateRecurringExpense,
): Promise<RecurringExpense> {
  const self = await requireMember(tx, { teamId, userId });
  const present = await lockRecurring(tx, teamId, recurringId);
  if (present === undefined) throw notFound();
  judgeRole(self);
  requireMatch(ifMatch, present.version);
  await judgeRecurring(tx, { teamId, userId }, recurringId, words);
  const next = nextAfter(words, await findLastOccurrence(tx, recurringId));
  const changed: RecurringExpense = {
    ...{ ...present, ...words, nextNumber: next.number, nextOn: next.day, state: 'active', suspendedReason: null },
    ...{ version: present.version + 1, updatedAt: clock.now() },
  };
  await changeRecurring(tx, changed);
  const change = { action: 'recurring-expense-changed', subject: 'recurring-expense', subjectId: recurringId };
  await recordHistory(tx, { teamId, actorId: self.memberId }, { ...change, before: wordsOf(present), after: words });
  return changed;
}

function wordsOf(recurring: RecurringExpense): RecurringWords {
  const { description, category, notes, amount, currency, terms, startsOn, unit, every, timeZone, endsOn } = recurring;
  return { description, category, notes, amount, currency, terms, startsOn, unit, every, timeZone, endsOn };
}
