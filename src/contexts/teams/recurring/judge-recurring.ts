import type { Transaction } from '../../../database/transaction.ts';
import { Problem } from '../../../shared/problem.ts';
import { isTimeZone } from '../../../shared/time-zone.ts';
import { findParticipants } from '../expenses/find-participants.ts';
import { judgeTerms } from '../expenses/judge-terms.ts';
import { membersIn } from '../expenses/terms.ts';
import type { InTeam, Membership } from '../members/require-member.ts';
import { problems } from '../problems.ts';
import { occurrenceOn } from './recurrence.ts';
import type { RecurringWords } from './recurring-expense.ts';

/**
 * Judges what is to come again as the expense that it will become.
 *
 * @throws Problem 404; 403 `team-role-insufficient`; 409 `team-archived`, `member-unknown`, `time-zone-unknown`,
 *   `recurrence-empty`, and whatever `judgeTerms` refuses
 */
export async function judgeRecurring(
  tx: Transaction,
  inTeam: InTeam,
  id: string,
  { amount, currency, terms, timeZone, ...recurrence }: RecurringWords,
): Promise<Membership> {
  const { self, requireAll } = await findParticipants(tx, inTeam, membersIn(terms));
  judgeTerms({ amount, currency, terms }, id);
  requireAll();
  if (!isTimeZone(timeZone)) {
    const errors = [{ pointer: '/timeZone', detail: 'is no time zone of the IANA database' }];
    throw new Problem(problems['time-zone-unknown'], { errors });
  }
  if (occurrenceOn(recurrence, 0) === null) {
    throw new Problem(problems['recurrence-empty'], { errors: [{ pointer: '/endsOn', detail: 'is before startsOn' }] });
  }
  return self;
}
