import { statement } from '../../../database/transaction.ts';
import type { Transaction } from '../../../database/transaction.ts';
import { lockStock } from './lock-store.ts';

// What becomes of an order's reservations, all of them at once: of one that expired in part nothing is consumed.
const consumeStatement = statement<{ held: number; consumed: number }>(
  'catalog.consume_stock',
  `with moment as materialized (select clock_timestamp() as now),
   mine as materialized (
     select r.id, r.expires_at > moment.now as alive from catalog.reservations r, moment
     where r.order_id = $1 and r.state = 'held'),
   consumed as (
     update catalog.reservations r set state = 'consumed', ended_at = moment.now from moment
     where r.id in (select id from mine) and r.state = 'held' and not exists (select from mine where not alive)
     returning r.id, r.variant_id, r.location_id, r.quantity),
   changed as (
     update catalog.stock_levels l set on_hand = l.on_hand - c.quantity, reserved = l.reserved - c.quantity
     from consumed c where l.variant_id = c.variant_id and l.location_id = c.location_id),
   moved as (
     insert into catalog.stock_movements (variant_id, location_id, delta, reason, ref_type, ref_id, at)
     select variant_id, location_id, -quantity, 'sold', 'reservation', id, moment.now from consumed, moment)
   select (select count(*) from mine)::int as held, (select count(*) from consumed)::int as consumed`,
);

const latestStatement = statement<{ state: string }>(
  'catalog.find_latest_reservation',
  'select state from catalog.reservations where order_id = $1 order by created_at desc, id desc limit 1',
);

/**
 * Takes what an order holds off the stock: it is sold. Safe to repeat.
 *
 * @returns `lapsed` when the order holds nothing, or some of it has expired: nothing is sold then, and it has to be reserved
 *   anew
 */
export async function consumeStock(tx: Transaction, orderId: string): Promise<'consumed' | 'lapsed'> {
  await lockStock(tx, { orderIds: [orderId] });
  const [row] = await tx.query(consumeStatement, [orderId]);
  if (row === undefined) throw new Error('A statement without from gave no row.');
  if (row.held > 0) return row.consumed === row.held ? 'consumed' : 'lapsed';
  const [latest] = await tx.query(latestStatement, [orderId]);
  return latest?.state === 'consumed' ? 'consumed' : 'lapsed';
}

// An order has at most one reservation held per row of stock, so no row is changed twice.
const releaseStatement = statement<{ released: number }>(
  'catalog.release_stock',
  `with released as (
     update catalog.reservations r set state = 'released', ended_at = clock_timestamp()
     where r.order_id = any ($1::uuid[]) and r.state = 'held' returning r.variant_id, r.location_id, r.quantity),
   freed as (select variant_id, location_id, sum(quantity)::int as quantity from released group by 1, 2),
   changed as (
     update catalog.stock_levels l set reserved = l.reserved - f.quantity
     from freed f where l.variant_id = f.variant_id and l.location_id = f.location_id)
   select count(*)::int as released from released`,
);

/** Gives back what orders hold, whose rows the caller has locked. @returns how many reservations */
export async function releaseLocked(tx: Transaction, orderIds: readonly string[]): Promise<number> {
  return (await tx.query(releaseStatement, [orderIds]))[0]?.released ?? 0;
}

/** Gives back what an order holds. Safe to repeat; what was consumed stays sold. @returns how many reservations */
export async function releaseStock(tx: Transaction, orderId: string): Promise<number> {
  await lockStock(tx, { orderIds: [orderId] });
  return releaseLocked(tx, [orderId]);
}

const extendStatement = statement<{ held: number; lapsed: number }>(
  'catalog.extend_stock',
  `with moment as materialized (select clock_timestamp() as now),
   mine as materialized (
     select r.id, r.expires_at > moment.now as alive from catalog.reservations r, moment
     where r.order_id = $1 and r.state = 'held'),
   extended as (
     update catalog.reservations r set expires_at = greatest(r.expires_at, moment.now + make_interval(secs => $2)) from moment
     where r.id in (select id from mine) and not exists (select from mine where not alive))
   select count(*)::int as held, (count(*) filter (where not alive))::int as lapsed from mine`,
);

/**
 * Holds on for so many seconds from now: while a payment is processed or its outcome is unknown. Never shortens.
 *
 * @returns `lapsed` when the order holds nothing, or some of it has expired
 */
export async function extendStock(
  tx: Transaction,
  { orderId, seconds }: { readonly orderId: string; readonly seconds: number },
): Promise<'extended' | 'lapsed'> {
  await lockStock(tx, { orderIds: [orderId] });
  const [row] = await tx.query(extendStatement, [orderId, seconds]);
  return row !== undefined && row.held > 0 && row.lapsed === 0 ? 'extended' : 'lapsed';
}
