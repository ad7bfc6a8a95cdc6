import type { CancelReason, Order, OrderReturn, Shipment } from './order.ts';

type Changed = Pick<Order, 'lines' | 'shipping' | 'totals' | 'fingerprint' | 'sold'>;

/** What the data of each event hold. Ids of people, never more about them. */
export interface OrderEventData {
  readonly placed: Omit<
    Order,
    'id' | 'version' | 'state' | 'sold' | 'paidAt' | 'shipments' | 'deliveredAt' | 'returns' | 'cancellation'
  >;
  readonly changed: Changed;
  readonly reopened: Changed;
  readonly paid: Pick<Order, 'sold'>;
  /** The money has come, but the goods are gone. */
  readonly review_begun: Record<string, never>;
  readonly cancelled: { readonly reason: CancelReason };
  readonly lapsed: Record<string, never>;
  readonly partly_shipped: Omit<Shipment, 'at'>;
  readonly shipped: Omit<Shipment, 'at'>;
  readonly delivered: Record<string, never>;
  readonly partly_returned: Omit<OrderReturn, 'at'>;
  readonly returned: Omit<OrderReturn, 'at'>;
}

export type OrderEventType = keyof OrderEventData;

export const orderEventTypes = [
  'placed',
  'changed',
  'reopened',
  'paid',
  'review_begun',
  'cancelled',
  'lapsed',
  'partly_shipped',
  'shipped',
  'delivered',
  'partly_returned',
  'returned',
] as const satisfies readonly OrderEventType[];

/** Who caused it; an id, never a name. */
export type OrderActor =
  | { readonly type: 'user' | 'client'; readonly id: string }
  /** A job, a payment. */
  | { readonly type: 'system'; readonly id: null };

/** Portico itself. */
export const SYSTEM: OrderActor = { type: 'system', id: null };

/** What happened, before anybody has written it down. */
export type OrderFact = {
  [Type in OrderEventType]: { readonly type: Type; readonly data: OrderEventData[Type] };
}[OrderEventType];

export type OrderEvent = OrderFact & {
  readonly id: string;
  readonly orderId: string;
  readonly version: number;
  /** RFC 3339 with milliseconds, by the clock of the database. */
  readonly at: string;
  readonly actor: OrderActor;
};

/** Of the shapes above. Whoever changes one raises this, and teaches `readEvent` the old one. */
export const SCHEMA_VERSION = 1;
