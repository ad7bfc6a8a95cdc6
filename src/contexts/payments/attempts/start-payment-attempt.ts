import type { Transaction } from '../../../database/transaction.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { Problem } from '../../../shared/problem.ts';
import type { PaymentsDependencies } from '../dependencies.ts';
import { sendAttemptJob } from '../jobs.ts';
import { sumExcess } from '../movements/movement-store.ts';
import { lockPayment } from '../payment-store.ts';
import type { Payment } from '../payment.ts';
import { problems } from '../problems.ts';
import { findAttempt, insertAttempt, listAttempts } from './attempt-store.ts';
import { isInFlight } from './attempt.ts';
import type { Attempt } from './attempt.ts';

export interface StartPaymentAttempt {
  readonly paymentId: string;
  readonly attemptId: string;
  /** Whose payment it must be. */
  readonly customerId: string;
  readonly methodToken: string | undefined;
}

/**
 * Begins to pay what is still due. The provider is asked by a job: no call is made here, and the attempt tells what came of it.
 *
 * @throws Problem 404; 409 `payment-cancelled`, `attempt-in-flight`, `nothing-to-pay`
 */
export async function startPaymentAttempt(
  {
    tx,
    enqueue,
    clock,
    provider,
  }: Pick<PaymentsDependencies, 'enqueue' | 'clock' | 'provider'> & { readonly tx: Transaction },
  { paymentId, attemptId, customerId, methodToken }: StartPaymentAttempt,
): Promise<Attempt> {
  const payment = await lockPayment(tx, paymentId);
  if (payment?.customerId !== customerId) throw notFound();
  if (payment.cancelledAt !== null) throw new Problem(problems['payment-cancelled']);
  if ((await listAttempts(tx, [paymentId])).some(isInFlight)) {
    throw new Problem(problems['attempt-in-flight'], {
      detail: 'Wait for its end, or cancel it: two at once could both be paid.',
    });
  }
  const amount = await outstanding(tx, payment);
  if (amount <= 0n) throw new Problem(problems['nothing-to-pay']);
  const { currency } = payment;
  const createdAt = clock.now();
  const token = methodToken ?? null;
  await insertAttempt(tx, {
    ...{ id: attemptId, paymentId, provider: provider.name, amount, currency, methodToken: token, createdAt },
  });
  await enqueue(tx, sendAttemptJob, { attemptId }, { key: `send:${attemptId}` });
  const attempt = await findAttempt(tx, attemptId);
  if (attempt === undefined) throw new Error(`attempt ${attemptId} is gone`);
  return attempt;
}

/** What is due and neither held nor taken. What was given back because it was too much counts as not taken. */
async function outstanding(tx: Transaction, payment: Payment): Promise<bigint> {
  return payment.amountDue - payment.authorised + (await sumExcess(tx, payment.id));
}
