import type { Transaction } from '../../../database/transaction.ts';
import type { OrdersDependencies } from '../dependencies.ts';
import { sendOrderMailJob } from '../jobs.ts';
import { mailOf } from '../mail/order-mail.ts';
import { appendEvent } from '../stream/event-store.ts';
import type { Order } from '../stream/order.ts';
import type { OrderActor } from '../stream/order-event.ts';
import { lockVisible } from '../stream/order-store.ts';
import type { Visible } from '../stream/order-store.ts';
import { undoOrder } from './undo-order.ts';

export interface CancelOrder {
  readonly orderId: string;
  readonly visible: Visible;
  readonly actor: OrderActor;
}

/**
 * Cancels an order that has not been shipped, and gives back its stock, its coupon and what was paid. One that is cancelled already
 * stays as it is: the answer is the same.
 *
 * @throws Problem 404; 409 `illegal-order-transition`
 */
export async function cancelOrder(
  dependencies: Pick<OrdersDependencies, 'catalog' | 'payments' | 'settings' | 'enqueue'> & {
    readonly tx: Transaction;
  },
  { actor, ...wanted }: CancelOrder,
): Promise<Order> {
  const { tx, enqueue } = dependencies;
  const order = await lockVisible(tx, wanted);
  if (order.state === 'cancelled') return order;
  const reason = actor.id === order.customerId ? 'customer' : 'staff';
  const cancelled = await appendEvent(tx, order, { type: 'cancelled', data: { reason }, actor });
  await undoOrder(dependencies, order, { reason: 'order-cancelled', movedBy: actor.id });
  await enqueue(tx, sendOrderMailJob, mailOf(cancelled, 'cancelled'));
  return cancelled;
}
