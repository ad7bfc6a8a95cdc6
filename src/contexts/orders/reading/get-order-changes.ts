import { statement } from '../../../database/transaction.ts';
import type { Transaction } from '../../../database/transaction.ts';
import type { OrdersDependencies } from '../dependencies.ts';
import type { OrderEventType } from '../stream/order-event.ts';

/** A place in the feed of everything that happens to orders. */
export interface OrderChange {
  /** Dense, and in the order of a single order's versions: whoever has seen one has seen all before it. */
  readonly position: number;
  readonly eventId: string;
  readonly orderId: string;
  readonly version: number;
  readonly type: OrderEventType;
  readonly at: Date;
}

const lockStatement = statement(
  'orders.lock_feed',
  `select pg_advisory_xact_lock(hashtextextended('orders.changes', 0))`,
);

// Only what is committed is seen here, so what gets a number is committed, and what commits later gets a higher one.
const numberStatement = statement<{ numbered: number }>(
  'orders.number_events',
  `with taken as (
     delete from orders.unnumbered_events u using (
       select event_id from orders.unnumbered_events order by at, version, event_id limit $1) first
     where u.event_id = first.event_id returning u.event_id, u.order_id, u.version, u.at),
   numbered as (
     insert into orders.changes (position, event_id, order_id, version)
     select coalesce((select max(position) from orders.changes), 0) + row_number() over (order by at, version, event_id),
       event_id, order_id, version from taken returning 1)
   select count(*)::int as numbered from numbered`,
);

const BATCH = 5_000;

/** Gives every event that is committed its place in the feed. One at a time, whoever asks. */
export async function numberEvents(tx: Transaction): Promise<void> {
  await tx.query(lockStatement);
  for (let numbered = BATCH; numbered === BATCH;) {
    numbered = (await tx.query(numberStatement, [BATCH]))[0]?.numbered ?? 0;
  }
}

const pageStatement = statement<OrderChange>(
  'orders.list_changes',
  `select c.position, c.event_id as "eventId", c.order_id as "orderId", c.version, e.type, e.at
   from orders.changes c join orders.order_events e on e.order_id = c.order_id and e.version = c.version
   where c.position > $1 order by c.position limit $2`,
);
const anyStatement = statement<{ waiting: boolean }>(
  'orders.has_unnumbered',
  'select exists (select from orders.unnumbered_events) as waiting',
);

/**
 * What happened after a position, the first first. The same position gives the same events, whenever it is asked; following `next`
 * gives every event once. Nothing is ever dropped from the feed.
 */
export async function getOrderChanges(
  { primary }: Pick<OrdersDependencies, 'primary'>,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<{ readonly items: readonly OrderChange[]; readonly next: number }> {
  const [seen] = await primary.query(anyStatement);
  if (seen?.waiting === true) await primary.transaction(numberEvents);
  const items = await primary.query(pageStatement, [after, limit]);
  return { items, next: items.at(-1)?.position ?? after };
}
