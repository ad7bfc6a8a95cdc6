import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import { derivedId } from '../../../shared/id.ts';
import { apply } from './apply.ts';
import type { Order } from './order.ts';
import { SCHEMA_VERSION } from './order-event.ts';
import type { OrderActor, OrderEvent, OrderFact } from './order-event.ts';

/** The columns of the projection, which filters and constraints need beside all of it. */
const projected = `state = $6::jsonb ->> 'state', total_minor = ($6::jsonb #>> '{totals,total}')::bigint,
  fingerprint = $6::jsonb ->> 'fingerprint', version = $2, body = $6`;

// Where the projection is not of the version before, nothing is written at all; the primary key says the same of the events.
const appendStatement = statement<{ written: number }>(
  'orders.append_event',
  `with shown as (
     update orders.orders set ${projected} where id = $1 and version = $2 - 1 returning id),
   event as (
     insert into orders.order_events (order_id, version, id, type, schema_version, data, at, actor_type, actor_id)
     select id, $2, $3, $4, $10, $5, $7, $8, $9 from shown),
   waiting as (
     insert into orders.unnumbered_events (event_id, order_id, version, at) select $3, id, $2, $7 from shown)
   select count(*)::int as written from shown`,
);

const clockStatement = statement<{ now: Date }>(
  'orders.read_clock',
  `select date_trunc('milliseconds', clock_timestamp()) as now`,
);

/** The time by the clock of the database, at this moment and not at the start of the transaction. */
export async function readClock(queryable: Queryable): Promise<Date> {
  const [row] = await queryable.query(clockStatement);
  if (row === undefined) throw new Error('A statement without from gave no row.');
  return row.now;
}

/** The id of an event, which the feed and whoever else tells of it use: it follows from where it stands. */
export function eventIdOf(orderId: string, version: number): string {
  return derivedId('order event', orderId, String(version));
}

/**
 * Writes what happened to an order whose row the caller has locked, and what is shown of it then.
 *
 * @throws Problem 409 `illegal-order-transition`: nothing is written
 */
export async function appendEvent(
  tx: Transaction,
  order: Order,
  { actor, ...fact }: OrderFact & { readonly actor: OrderActor },
): Promise<Order> {
  const version = order.version + 1;
  const at = (await readClock(tx)).toISOString();
  const event: OrderEvent = { ...fact, actor, id: eventIdOf(order.id, version), orderId: order.id, version, at };
  const after = apply(order, event);
  const [row] = await tx.query(appendStatement, [
    ...[order.id, version, event.id, event.type, JSON.stringify(event.data), JSON.stringify(after)],
    ...[at, actor.type, actor.id, SCHEMA_VERSION],
  ]);
  if (row?.written !== 1) throw new Error(`The order ${order.id} was changed without its lock.`);
  return after;
}

const placeStatement = statement<{ number: number }>(
  'orders.append_placed',
  `with counted as (update orders.counters set last = last + 1 where name = 'order' returning last as number),
   event as (
     insert into orders.order_events (order_id, version, id, type, schema_version, data, at, actor_type, actor_id)
     select $1, 1, $2, 'placed', $7, jsonb_set($3, '{number}', to_jsonb(number)), $5, $8, $9 from counted),
   waiting as (
     insert into orders.unnumbered_events (event_id, order_id, version, at) values ($2, $1, 1, $5)),
   shown as (
     insert into orders.orders (id, number, customer_id, state, currency, total_minor, fingerprint, duplicate_confirmed,
       version, placed_at, editable_until, duplicate_until, body)
     select $1, number, ($4::jsonb ->> 'customerId')::uuid, $4 ->> 'state', $4 ->> 'currency',
       ($4 #>> '{totals,total}')::bigint, $4 ->> 'fingerprint', $6, 1, $5, ($4 ->> 'editableUntil')::timestamptz,
       ($4 ->> 'duplicateUntil')::timestamptz, jsonb_set($4, '{number}', to_jsonb(number)) from counted)
   select number from counted`,
);

/**
 * Writes the first event of an order, and gives it the next number. Whoever holds the counter holds up everybody else who places
 * an order until the transaction ends: call it when nothing slow is left to do.
 *
 * @throws the violation of `orders_not_twice` for an identical order that was not confirmed
 */
export async function appendPlaced(
  tx: Transaction,
  {
    orderId,
    placed,
    actor,
  }: { orderId: string; placed: Omit<Extract<OrderFact, { type: 'placed' }>['data'], 'number'>; actor: OrderActor },
): Promise<Order> {
  const id = eventIdOf(orderId, 1);
  const data = { ...placed, number: 0 };
  const order = apply(undefined, { type: 'placed', data, id, orderId, version: 1, at: placed.placedAt, actor });
  const [row] = await tx.query(placeStatement, [
    ...[orderId, id, JSON.stringify(data), JSON.stringify(order), placed.placedAt, placed.duplicateOf !== null],
    ...[SCHEMA_VERSION, actor.type, actor.id],
  ]);
  if (row === undefined) throw new Error('The counter of orders is gone.');
  return { ...order, number: row.number };
}

interface EventRow {
  readonly id: string;
  readonly orderId: string;
  readonly version: number;
  readonly type: OrderEvent['type'];
  readonly schemaVersion: number;
  readonly data: OrderEvent['data'];
  readonly at: Date;
  readonly actorType: OrderActor['type'];
  readonly actorId: string | null;
}

/** An event as it was written. @throws when its shape is one this build does not know */
export function readEvent({ schemaVersion, at, actorType, actorId, ...row }: EventRow): OrderEvent {
  if (schemaVersion !== SCHEMA_VERSION) throw new Error(`The event ${row.id} has the unknown shape ${schemaVersion}.`);
  const actor = { type: actorType, id: actorId } as OrderActor;
  return { ...row, at: at.toISOString(), actor } as OrderEvent;
}

const columns = `id, order_id as "orderId", version, type, schema_version as "schemaVersion", data, at,
  actor_type as "actorType", actor_id as "actorId"`;

const listStatement = statement<EventRow>(
  'orders.list_events',
  `select ${columns} from orders.order_events where order_id = any ($1::uuid[]) order by order_id, version`,
);

/** Everything that happened to these orders, order by order, the first first. */
export async function listEvents(queryable: Queryable, orderIds: readonly string[]): Promise<readonly OrderEvent[]> {
  return (await queryable.query(listStatement, [orderIds])).map(readEvent);
}

const pageStatement = statement<EventRow>(
  'orders.list_events_before',
  `select ${columns} from orders.order_events where order_id = $1 and ($2::integer is null or version < $2)
   order by version desc limit $3`,
);

/** What happened to one order, the newest first, strictly before `before`. */
export async function listEventsBefore(
  queryable: Queryable,
  { orderId, before, limit }: { readonly orderId: string; readonly before: number | undefined; readonly limit: number },
): Promise<readonly OrderEvent[]> {
  return (await queryable.query(pageStatement, [orderId, before ?? null, limit])).map(readEvent);
}
