import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import type { OrderEventType } from './order-event.ts';

export const orderStates = [
  'pending_payment',
  'payment_review',
  'paid',
  'partly_fulfilled',
  'fulfilled',
  'delivered',
  'partly_returned',
  'returned',
  'cancelled',
] as const;
export type OrderState = (typeof orderStates)[number];

/** What may happen to an order, and what it is then. There is no other place that says so. */
export const transitions: Readonly<Record<OrderState, Readonly<Partial<Record<OrderEventType, OrderState>>>>> = {
  pending_payment: {
    changed: 'pending_payment',
    paid: 'paid',
    review_begun: 'payment_review',
    cancelled: 'cancelled',
    lapsed: 'cancelled',
  },
  payment_review: { paid: 'paid', cancelled: 'cancelled' },
  paid: {
    changed: 'paid',
    // A change that costs more than was paid.
    reopened: 'pending_payment',
    cancelled: 'cancelled',
    partly_shipped: 'partly_fulfilled',
    shipped: 'fulfilled',
  },
  partly_fulfilled: { partly_shipped: 'partly_fulfilled', shipped: 'fulfilled' },
  fulfilled: { delivered: 'delivered', partly_returned: 'partly_returned', returned: 'returned' },
  delivered: { partly_returned: 'partly_returned', returned: 'returned' },
  partly_returned: { partly_returned: 'partly_returned', returned: 'returned' },
  returned: {},
  cancelled: {},
};

/**
 * The state after it.
 *
 * @throws Problem 409 `illegal-order-transition` that names the present state and what could happen instead
 */
export function stateAfter(state: OrderState, event: OrderEventType): OrderState {
  const next = transitions[state][event];
  if (next !== undefined) return next;
  const allowed = Object.keys(transitions[state]);
  throw new Problem(problems['illegal-order-transition'], {
    detail:
      allowed.length === 0
        ? `The order is ${state}; nothing can happen to it any more.`
        : `The order is ${state}; what can happen to it is: ${allowed.join(', ')}.`,
    errors: [{ pointer: '', detail: `${event} is not possible while the order is ${state}` }],
  });
}
