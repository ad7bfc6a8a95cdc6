import type { Transaction } from '../../../database/transaction.ts';
import type { OrdersDependencies } from '../dependencies.ts';
import { sendOrderMailJob } from '../jobs.ts';
import { mailOf } from '../mail/order-mail.ts';
import { problems } from '../problems.ts';
import { appendEvent } from '../stream/event-store.ts';
import type { LineQuantity, Order } from '../stream/order.ts';
import type { OrderActor } from '../stream/order-event.ts';
import { lockVisible } from '../stream/order-store.ts';
import { stateAfter } from '../stream/transitions.ts';
import { countByLine, isRest, leftOf, takeLeft } from './line-quantities.ts';

export interface RecordShipment {
  readonly shipmentId: string;
  readonly orderId: string;
  readonly actor: OrderActor;
  /** Undefined: all that has not been shipped. */
  readonly lines: readonly LineQuantity[] | undefined;
  readonly carrier: string | null;
  readonly trackingCode: string | null;
}

/**
 * Writes that some or all of a paid order is on its way.
 *
 * @throws Problem 404; 409 `illegal-order-transition`, `nothing-to-ship`
 */
export async function recordShipment(
  { tx, enqueue }: Pick<OrdersDependencies, 'enqueue'> & { readonly tx: Transaction },
  { shipmentId, orderId, actor, lines, carrier, trackingCode }: RecordShipment,
): Promise<Order> {
  const order = await lockVisible(tx, { orderId, visible: undefined });
  stateAfter(order.state, 'shipped');
  const shipped = countByLine(order.shipments);
  const left = leftOf(order, ({ id, quantity }) => quantity - shipped(id));
  const taken = takeLeft(left, lines, problems['nothing-to-ship']);
  const type = isRest(left, taken) ? 'shipped' : 'partly_shipped';
  const data = { id: shipmentId, lines: taken, carrier, trackingCode };
  const after = await appendEvent(tx, order, { type, data, actor });
  await enqueue(tx, sendOrderMailJob, mailOf(after, 'shipped'));
  return after;
}
