import type { Transaction } from '../../database/transaction.ts';
import { listAttempts } from './attempts/attempt-store.ts';
import type { Desk } from './dependencies.ts';
import { requestRefund } from './movements/request-refund.ts';
import { requestVoid } from './movements/request-void.ts';
import { sumExcess } from './movements/movement-store.ts';
import { lockPayment } from './payment-store.ts';
import { capturable, refundable } from './payment.ts';
import type { Payment } from './payment.ts';

/**
 * Sends back what is more than is due: everything of a cancelled payment, otherwise what was captured beyond the amount due.
 * Runs after every change of either, under the payment's lock; run again, it asks for nothing twice.
 */
export async function settleExcess(tx: Transaction, desk: Desk, paymentId: string): Promise<void> {
  const payment = await lockPayment(tx, paymentId);
  if (payment === undefined) throw new Error(`payment ${paymentId} is gone`);
  if (payment.cancelledAt !== null) return giveEverythingBack(tx, desk, payment);
  const excess = payment.captured - (await sumExcess(tx, paymentId)) - payment.amountDue;
  const amount = excess < refundable(payment) ? excess : refundable(payment);
  if (amount <= 0n) return;
  // The same surplus has the same key: one that its provider refused is a person's, and not asked for for ever.
  const key = `excess:${payment.captured}:${payment.amountDue}`;
  await requestRefund(tx, desk, { paymentId, amount, key, purpose: 'excess', reason: 'more than was due' });
}

async function giveEverythingBack(tx: Transaction, desk: Desk, payment: Payment): Promise<void> {
  const reason = payment.cancelReason ?? 'cancelled';
  for (const attempt of await listAttempts(tx, [payment.id])) {
    const invited = attempt.state === 'requires_action';
    if (invited || capturable(attempt) > 0n) await requestVoid(tx, desk, attempt, { purpose: 'cancel', reason });
  }
  const amount = refundable(payment);
  if (amount <= 0n) return;
  const key = `cancel:${payment.captured}`;
  await requestRefund(tx, desk, { paymentId: payment.id, amount, key, purpose: 'cancel', reason });
}
