import type { Order } from './order.ts';
import type { OrderEvent } from './order-event.ts';
import { stateAfter } from './transitions.ts';

/**
 * The order after the event. Pure: no clock, no look-up, so that the same events always make the same order.
 *
 * @param order undefined before its first event
 * @throws Problem 409 `illegal-order-transition`
 */
export function apply(order: Order | undefined, event: OrderEvent): Order {
  if (event.type === 'placed') {
    if (order !== undefined) throw new Error(`The order ${event.orderId} was placed twice.`);
    return {
      ...event.data,
      ...{ id: event.orderId, version: event.version, state: 'pending_payment', sold: {}, paidAt: null },
      ...{ shipments: [], deliveredAt: null, returns: [], cancellation: null },
    };
  }
  if (order === undefined) throw new Error(`The order ${event.orderId} begins with ${event.type}.`);
  const next = { ...order, version: event.version, state: stateAfter(order.state, event.type) };
  switch (event.type) {
    case 'changed':
    case 'reopened':
      return { ...next, ...event.data };
    case 'paid':
      return { ...next, sold: event.data.sold, paidAt: event.at };
    case 'cancelled':
      return { ...next, sold: {}, cancellation: { ...event.data, at: event.at } };
    case 'lapsed':
      return { ...next, sold: {}, cancellation: { reason: 'unpaid', at: event.at } };
    case 'partly_shipped':
    case 'shipped':
      return { ...next, shipments: [...order.shipments, { ...event.data, at: event.at }] };
    case 'delivered':
      return { ...next, deliveredAt: event.at };
    case 'partly_returned':
    case 'returned':
      return { ...next, returns: [...order.returns, { ...event.data, at: event.at }] };
    case 'review_begun':
      return next;
  }
}
