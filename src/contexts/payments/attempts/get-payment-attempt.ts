import type { Queryable } from '../../../database/transaction.ts';
import type { BuyerAction } from '../../../ports/payments.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import type { ColumnCipher } from '../../../shared/key-ring.ts';
import { findPayment } from '../payment-store.ts';
import { findAttempt } from './attempt-store.ts';
import type { Attempt } from './attempt.ts';

/** An attempt of one's own payment, with what its buyer has to do. @throws Problem 404 */
export async function getPaymentAttempt(
  { queryable, actions }: { readonly queryable: Queryable; readonly actions: ColumnCipher },
  {
    paymentId,
    attemptId,
    customerId,
  }: { readonly paymentId: string; readonly attemptId: string; readonly customerId: string },
): Promise<{ readonly attempt: Attempt; readonly action: BuyerAction | undefined }> {
  const payment = await findPayment(queryable, paymentId);
  const attempt = await findAttempt(queryable, attemptId);
  if (payment?.customerId !== customerId || attempt?.paymentId !== paymentId) throw notFound();
  if (attempt.action === null || attempt.state !== 'requires_action') return { attempt, action: undefined };
  // Written by us, from what the port's adapters gave.
  return { attempt, action: JSON.parse(actions.open(attemptId, attempt.action).toString('utf8')) as BuyerAction };
}
