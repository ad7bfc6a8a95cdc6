import type { Transaction } from '../../../database/transaction.ts';
import { holdStock, lackingOf } from '../changing/settle-stock.ts';
import type { OrdersDependencies } from '../dependencies.ts';
import { sendOrderMailJob } from '../jobs.ts';
import { mailOf } from '../mail/order-mail.ts';
import { problems } from '../problems.ts';
import { appendEvent } from '../stream/event-store.ts';
import type { Order } from '../stream/order.ts';
import { SYSTEM } from '../stream/order-event.ts';
import { lockOrder } from '../stream/order-store.ts';
import { Problem } from '../../../shared/problem.ts';
import { findOrderPayment, stopWaiting } from './payment-store.ts';

type Paying = Pick<OrdersDependencies, 'catalog' | 'settings' | 'enqueue'> & { readonly tx: Transaction };

/**
 * Brings an order up to what has been paid for it: the one way to "paid", for the payment's own event, for whoever looks for
 * events that were lost, and for orders that wait for goods. Safe to repeat.
 *
 * Money without goods makes a review of it; money for an order that is cancelled goes back.
 */
export async function recordPayment(
  dependencies: Omit<Paying, 'tx'> & Pick<OrdersDependencies, 'worker' | 'payments'>,
  { orderId }: { readonly orderId: string },
): Promise<void> {
  const { worker, payments } = dependencies;
  await worker.transaction(async (tx) => {
    const order = await lockOrder(tx, orderId);
    if (order === undefined) throw new Error(`There is no order ${orderId} that was paid for.`);
    const [payment] = await payments.readPayments(tx, [orderId]);
    if (payment === undefined) throw new Error(`The order ${orderId} has no payment.`);
    const { kept } = payment;
    if (order.state === 'cancelled') {
      if (kept > 0n) await payments.cancelPayment(tx, payment.paymentId, 'order-cancelled');
      return;
    }
    if (kept < BigInt(order.totals.total)) return;
    if (order.state === 'pending_payment' || order.state === 'payment_review')
      await complete({ ...dependencies, tx }, order);
  });
}

/** Completes an order that costs nothing. */
export async function payFreeOrder(dependencies: Paying, order: Order): Promise<Order> {
  return complete(dependencies, order);
}

async function complete(dependencies: Paying, order: Order): Promise<Order> {
  const { tx, enqueue } = dependencies;
  if (await takeStock(dependencies, order)) {
    const sold = Object.fromEntries(order.lines.map(({ variantId, quantity }) => [variantId, quantity]));
    const paid = await appendEvent(tx, order, { type: 'paid', data: { sold }, actor: SYSTEM });
    await stopWaiting(tx, order.id);
    await enqueue(tx, sendOrderMailJob, mailOf(paid, 'paid'));
    return paid;
  }
  if (order.state === 'payment_review') return order;
  await stopWaiting(tx, order.id);
  return appendEvent(tx, order, { type: 'review_begun', data: {}, actor: SYSTEM });
}

/**
 * Takes what an order wants off the stock; what it held and has expired meanwhile is reserved anew.
 *
 * @returns whether there was enough; if not, it holds nothing
 */
export async function takeStock(
  dependencies: Omit<Paying, 'enqueue'>,
  order: Pick<Order, 'id' | 'lines' | 'sold'>,
): Promise<boolean> {
  const { tx, catalog } = dependencies;
  const lacking = lackingOf(order, order.lines);
  if (lacking.length === 0 || (await catalog.consumeStock(tx, order.id)) === 'consumed') return true;
  await catalog.releaseStock(tx, order.id);
  try {
    await holdStock(dependencies, { orderId: order.id, lines: lacking });
  } catch (error) {
    if (error instanceof Problem && error.code === problems['out-of-stock'].code) return false;
    throw error;
  }
  if ((await catalog.consumeStock(tx, order.id)) === 'consumed') return true;
  throw new Error(`What was just held for the order ${order.id} is gone.`);
}

/** The payment of an order that is not free. */
export async function requireOrderPayment(tx: Transaction, orderId: string): Promise<string> {
  const payment = await findOrderPayment(tx, orderId);
  if (payment === undefined) throw new Error(`The order ${orderId} has no payment.`);
  return payment.paymentId;
}
