import type { Transaction } from '../../../database/transaction.ts';
import { appendEvent } from '../stream/event-store.ts';
import type { Order } from '../stream/order.ts';
import type { OrderActor } from '../stream/order-event.ts';
import { lockVisible } from '../stream/order-store.ts';

/** Writes that everything has arrived. @throws Problem 404; 409 `illegal-order-transition` */
export async function recordDelivery(
  tx: Transaction,
  { actor, orderId }: { readonly orderId: string; readonly actor: OrderActor },
): Promise<Order> {
  const order = await lockVisible(tx, { orderId, visible: undefined });
  return appendEvent(tx, order, { type: 'delivered', data: {}, actor });
}
