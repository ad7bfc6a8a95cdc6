import type { Transaction } from '../../../database/transaction.ts';
import { nextCheckAt } from '../check-schedule.ts';
import type { Desk } from '../dependencies.ts';
import { flagPayment } from '../flag-payment.ts';
import { checkAttemptJob } from '../jobs.ts';
import { requestVoid } from '../movements/request-void.ts';
import { changeAttempt } from './attempt-store.ts';
import type { Attempt } from './attempt.ts';

/**
 * Has the provider asked at the next time of the schedule. After the last one an invitation nobody took is taken back, and
 * everything else is a person's.
 */
export async function scheduleCheck(tx: Transaction, desk: Desk, attempt: Attempt): Promise<void> {
  const now = desk.clock.now();
  const next = nextCheckAt(attempt.checks, now);
  const checked = await changeAttempt(tx, attempt, { checks: attempt.checks + 1, nextCheckAt: next }, now);
  if (next !== null) {
    const { id: attemptId } = attempt;
    await desk.enqueue(tx, checkAttemptJob, { attemptId }, { key: `check:${attemptId}`, runAt: next });
  } else if (attempt.state === 'requires_action') {
    await requestVoid(tx, desk, checked, { purpose: 'cancel', reason: 'nobody paid' });
  } else {
    await flagPayment(tx, desk, attempt, { flag: 'outcome-unknown', amount: attempt.amount });
  }
}
