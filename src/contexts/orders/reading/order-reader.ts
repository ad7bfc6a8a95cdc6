import type { Principal } from '../../../contract/caller.ts';
import { callerId } from '../../../contract/caller.ts';
import type { OrderActor } from '../stream/order-event.ts';
import type { Visible } from '../stream/order-store.ts';

/** Whose orders a caller sees: with this scope everybody's, else only their own. */
export function visibleTo(principal: Principal, scope: 'orders:read-all' | 'orders:manage'): Visible {
  return principal.scopes.has(scope) ? undefined : callerId(principal);
}

/** Who stands in the history of an order. */
export function actorOf(principal: Principal): OrderActor {
  return { type: principal.kind, id: callerId(principal) };
}
