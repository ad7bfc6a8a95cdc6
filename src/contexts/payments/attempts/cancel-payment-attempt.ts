import type { Transaction } from '../../../database/transaction.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { Problem } from '../../../shared/problem.ts';
import type { Desk } from '../dependencies.ts';
import { requestVoid } from '../movements/request-void.ts';
import { lockPayment } from '../payment-store.ts';
import { problems } from '../problems.ts';
import { changeAttempt, findAttempt } from './attempt-store.ts';
import type { Attempt } from './attempt.ts';
import { releaseAttempt } from './release-attempt.ts';

/**
 * Takes an attempt back that its buyer has not paid: at the provider first, for somebody may have the page still open. Cancelling
 * it again changes nothing. If it is paid meanwhile, it is paid.
 *
 * @returns the attempt; `voided` once the provider has agreed
 * @throws Problem 404; 409 `attempt-not-cancellable` once it may be paid
 */
export async function cancelPaymentAttempt(
  tx: Transaction,
  desk: Desk,
  {
    paymentId,
    attemptId,
    customerId,
  }: { readonly paymentId: string; readonly attemptId: string; readonly customerId: string },
): Promise<Attempt> {
  const payment = await lockPayment(tx, paymentId);
  const attempt = await findAttempt(tx, attemptId);
  if (payment?.customerId !== customerId || attempt?.paymentId !== paymentId) throw notFound();
  switch (attempt.state) {
    case 'voided':
      return attempt;
    case 'created':
      if (attempt.calledAt !== null)
        return changeAttempt(tx, attempt, { cancelRequestedAt: desk.clock.now() }, desk.clock.now());
      await releaseAttempt(tx, desk, attempt, 'voided');
      return { ...attempt, state: 'voided', methodToken: null };
    case 'requires_action': {
      if (attempt.cancelRequestedAt !== null) return attempt;
      const now = desk.clock.now();
      const asked = await changeAttempt(tx, attempt, { cancelRequestedAt: now }, now);
      await requestVoid(tx, desk, asked, { purpose: 'asked', reason: 'taken back by the buyer' });
      return asked;
    }
    default:
      throw new Problem(problems['attempt-not-cancellable'], { detail: `The attempt is ${attempt.state}.` });
  }
}
