import { describe, expect, test } from '@jest/globals';
import { apply } from './apply.ts';
import type { Order } from './order.ts';
import { orderEventTypes } from './order-event.ts';
import type { OrderEvent, OrderEventType } from './order-event.ts';
import { orderStates, transitions } from './transitions.ts';
import type { OrderState } from './transitions.ts';

/** What may happen, written down a second time: from, event, to. */
const legal: readonly (readonly [OrderState, OrderEventType, OrderState])[] = [
  ['pending_payment', 'changed', 'pending_payment'],
  ['pending_payment', 'paid', 'paid'],
  ['pending_payment', 'review_begun', 'payment_review'],
  ['pending_payment', 'cancelled', 'cancelled'],
  ['pending_payment', 'lapsed', 'cancelled'],
  ['payment_review', 'paid', 'paid'],
  ['payment_review', 'cancelled', 'cancelled'],
  ['paid', 'changed', 'paid'],
  ['paid', 'reopened', 'pending_payment'],
  ['paid', 'cancelled', 'cancelled'],
  ['paid', 'partly_shipped', 'partly_fulfilled'],
  ['paid', 'shipped', 'fulfilled'],
  ['partly_fulfilled', 'partly_shipped', 'partly_fulfilled'],
  ['partly_fulfilled', 'shipped', 'fulfilled'],
  ['fulfilled', 'delivered', 'delivered'],
  ['fulfilled', 'partly_returned', 'partly_returned'],
  ['fulfilled', 'returned', 'returned'],
  ['delivered', 'partly_returned', 'partly_returned'],
  ['delivered', 'returned', 'returned'],
  ['partly_returned', 'partly_returned', 'partly_returned'],
  ['partly_returned', 'returned', 'returned'],
];

const at = '2026-11-21T10:15:30.123Z';
const order: Order = {
  ...{ id: 'o', number: 1, version: 7, customerId: 'c', state: 'paid', currency: 'EUR', channel: 'web', locale: 'en' },
  ...{ placedAt: at, editableUntil: at, duplicateUntil: at, fingerprint: 'f', duplicateOf: null, lines: [] },
  shipping: { method: 'm', name: 'M', price: 0, taxClass: 'zero', taxBasisPoints: 0, tax: 0 },
  totals: { subtotal: 0, discount: 0, shipping: 0, tax: 0, total: 0 },
  ...{ discountTerms: null, sold: {}, paidAt: null, shipments: [], deliveredAt: null, returns: [], cancellation: null },
};
const { lines, shipping, totals, fingerprint, sold } = order;
const changed = { lines, shipping, totals, fingerprint, sold };
const shipment = { id: 's', lines: [], carrier: null, trackingCode: null };
const back = { id: 'r', lines: [], refund: 0 };
const none = {};
const data = {
  ...{ placed: order, changed, reopened: changed, paid: { sold }, review_begun: none, lapsed: none, delivered: none },
  ...{ cancelled: { reason: 'staff' }, partly_shipped: shipment, shipped: shipment },
  ...{ partly_returned: back, returned: back },
};

function eventOf(type: OrderEventType): OrderEvent {
  const actor = { type: 'system', id: null };
  return { id: 'e', orderId: 'o', version: 8, at, actor, type, data: data[type] } as OrderEvent;
}

describe.each(orderStates)('an order that is %s', (state) => {
  test.each(orderEventTypes.filter((type) => type !== 'placed'))('and %s', (type) => {
    const found = legal.find(([from, event]) => from === state && event === type);
    const happens = () => apply({ ...order, state }, eventOf(type));
    if (found === undefined) {
      expect(happens).toThrow(Object.keys(transitions[state]).length === 0 ? 'nothing can happen' : 'what can happen');
      return;
    }
    expect(happens()).toMatchObject({ state: found[2], version: 8 });
  });

  test('is not placed again', () => {
    expect(() => apply({ ...order, state }, eventOf('placed'))).toThrow('placed twice');
  });
});

test('nothing happens to an order before it is placed', () => {
  expect(() => apply(undefined, eventOf('paid'))).toThrow('begins with paid');
});

test('an event changes nothing but the order: the same events make the same order', () => {
  const frozen = Object.freeze({ ...order, state: 'fulfilled' as const, returns: Object.freeze([]) });
  expect(apply(frozen, eventOf('returned'))).toEqual(apply(frozen, eventOf('returned')));
  expect(frozen).toMatchObject({ version: 7, returns: [] });
});
