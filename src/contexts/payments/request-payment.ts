import type { Transaction } from '../../database/transaction.ts';
import type { CaptureMode } from '../../ports/payments.ts';
import { newId } from '../../shared/id.ts';
import type { Money } from '../../shared/money.ts';
import { listAttempts } from './attempts/attempt-store.ts';
import { isInFlight } from './attempts/attempt.ts';
import type { Desk } from './dependencies.ts';
import { findPaymentsOf, insertPayment, lockPayment, setAmountDue, setCancelled } from './payment-store.ts';
import type { Subject } from './payment.ts';
import { settleExcess } from './settle-excess.ts';

export interface RequestPayment {
  readonly subject: Subject;
  readonly customerId: string;
  /** What the customer knows it by, such as the number of an order. */
  readonly reference: string;
  readonly amount: Money;
  readonly description: string;
  readonly captureMode?: CaptureMode;
}

/** Lets a customer pay. A subject has one payment: asked again, it is the same, with what was asked first. */
export async function requestPayment(
  tx: Transaction,
  { clock }: Pick<Desk, 'clock'>,
  { subject, customerId, reference, amount, description, captureMode = 'automatic' }: RequestPayment,
): Promise<{ readonly paymentId: string }> {
  const at = clock.now();
  const id = newId(at.getTime());
  const { amount: amountDue, currency } = amount;
  const payment = { id, subject, customerId, reference, description, currency, amountDue, captureMode, at };
  if (await insertPayment(tx, payment)) return { paymentId: id };
  const [known] = await findPaymentsOf(tx, subject.kind, [subject.id]);
  if (known === undefined) throw new Error(`the payment of ${subject.kind} ${subject.id} is gone`);
  return { paymentId: known.id };
}

/**
 * Changes what is due. More than was captured opens the rest; less has the difference given back.
 *
 * @returns `in-flight` when an attempt asks a buyer for the old amount: nothing is changed then
 * @throws TypeError for another currency
 */
export async function changeAmountDue(
  tx: Transaction,
  desk: Desk,
  paymentId: string,
  amount: Money,
): Promise<'changed' | 'in-flight'> {
  const payment = await lockPayment(tx, paymentId);
  if (payment === undefined) throw new Error(`payment ${paymentId} is gone`);
  if (payment.currency !== amount.currency) throw new TypeError(`${paymentId} is paid in ${payment.currency}`);
  if (await attemptInFlight(tx, paymentId)) return 'in-flight';
  await setAmountDue(tx, paymentId, amount.amount, desk.clock.now());
  await settleExcess(tx, desk, paymentId);
  return 'changed';
}

/** Ends a payment: no attempt starts any more, what is held is let go, what was taken is given back. Safe to repeat. */
export async function cancelPayment(tx: Transaction, desk: Desk, paymentId: string, reason: string): Promise<void> {
  if ((await lockPayment(tx, paymentId)) === undefined) throw new Error(`payment ${paymentId} is gone`);
  await setCancelled(tx, paymentId, reason, desk.clock.now());
  await settleExcess(tx, desk, paymentId);
}

/** Whether an attempt may still be paid by itself. Under the payment's lock, so that none starts beside the asker's work. */
export async function attemptInFlight(tx: Transaction, paymentId: string): Promise<boolean> {
  await lockPayment(tx, paymentId);
  return (await listAttempts(tx, [paymentId])).some(isInFlight);
}
