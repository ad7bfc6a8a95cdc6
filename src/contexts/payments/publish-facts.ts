import type { Transaction } from '../../database/transaction.ts';
import type { PaymentEvent } from '../../jobs/events.ts';
import type { PaymentsDependencies } from './dependencies.ts';
import { findPayment } from './payment-store.ts';

export type PaymentFactName =
  | 'payment.captured'
  | 'payment.declined'
  | 'payment.refunded'
  | 'payment.refund_failed'
  | 'payment.voided'
  | 'payment.disputed'
  | 'payment.flagged';

/** Tells what happened to a payment, with its sums as they are then, in the transaction of the fact. */
export async function publishFact(
  tx: Transaction,
  { publish }: Pick<PaymentsDependencies, 'publish'>,
  name: PaymentFactName,
  fact: Pick<PaymentEvent, 'paymentId' | 'attemptId'> & {
    readonly amount: bigint;
    readonly refundId?: string;
    readonly code?: string;
  },
): Promise<void> {
  const { paymentId, attemptId, amount, refundId = null, code = null } = fact;
  const payment = await findPayment(tx, paymentId);
  if (payment === undefined) throw new Error(`payment ${paymentId} is gone`);
  await publish(tx, name, {
    paymentId,
    attemptId,
    subject: payment.subject,
    amount: Number(amount),
    currency: payment.currency,
    amountDue: Number(payment.amountDue),
    capturedTotal: Number(payment.captured),
    refundedTotal: Number(payment.refunded),
    refundId,
    code,
  });
}
