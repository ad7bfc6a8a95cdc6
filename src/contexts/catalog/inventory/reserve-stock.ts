import { statement } from '../../../database/transaction.ts';
import type { Transaction } from '../../../database/transaction.ts';
import type { Publish } from '../../../jobs/events.ts';
import { publishLowStock } from './low-stock.ts';
import { lockStockOfVariants } from './lock-store.ts';
import type { LowStock, StockPlace } from './stock.ts';

export interface ReserveStock {
  readonly orderId: string;
  /** What is wanted; lines of one variant are added up. At least one, with positive quantities. */
  readonly lines: readonly { readonly variantId: string; readonly quantity: number }[];
  /** How long it is held, by the clock of the database. */
  readonly seconds: number;
}

/** What is held, and from when it counts no more. */
export interface HeldStock extends StockPlace {
  readonly quantity: number;
  readonly expiresAt: Date;
}

/** What there is not enough of. */
export interface ShortStock {
  readonly variantId: string;
  readonly asked: number;
  readonly available: number;
}

export type ReserveOutcome =
  | { readonly outcome: 'reserved'; readonly held: readonly HeldStock[] }
  | { readonly outcome: 'out-of-stock'; readonly short: readonly ShortStock[] };

interface Row {
  readonly held: readonly (Omit<HeldStock, 'expiresAt'> & { readonly expiresAt: string })[] | null;
  readonly short: readonly ShortStock[] | null;
  readonly low: readonly LowStock[] | null;
}

// The rows are locked, so this sees them, and reads the clock, after whatever the lock waited for. What has expired is freed on
// the way; then either everything wanted is taken, from the place of the lowest priority first, or nothing.
const reserveStatement = statement<Row>(
  'catalog.reserve_stock',
  `with moment as materialized (select clock_timestamp() as now),
   demand as (
     select variant_id, sum(quantity)::int as quantity
     from unnest($1::uuid[], $2::int[]) as line (variant_id, quantity) group by variant_id),
   expired as (
     update catalog.reservations r set state = 'expired', ended_at = moment.now
     from demand, moment
     where r.variant_id = demand.variant_id and r.state = 'held' and r.expires_at <= moment.now
     returning r.variant_id, r.location_id, r.quantity),
   freed as (select variant_id, location_id, sum(quantity)::int as quantity from expired group by 1, 2),
   level as (
     select l.variant_id, l.location_id, s.priority, d.quantity as wanted, coalesce(f.quantity, 0) as freed,
       l.on_hand - l.reserved + coalesce(f.quantity, 0) as free
     from catalog.stock_levels l
     join demand d on d.variant_id = l.variant_id
     join catalog.stock_locations s on s.id = l.location_id
     left join freed f on f.variant_id = l.variant_id and f.location_id = l.location_id),
   short as (
     select d.variant_id, d.quantity as asked, coalesce(sum(level.free), 0) as available
     from demand d left join level on level.variant_id = d.variant_id
     group by d.variant_id, d.quantity having coalesce(sum(level.free), 0) < d.quantity),
   plan as (
     select level.*, case when exists (select from short) then 0 else greatest(0, least(free, wanted - coalesce(sum(free)
       over (partition by variant_id order by priority, location_id rows between unbounded preceding and 1 preceding), 0)))::int
       end as take
     from level),
   changed as (
     update catalog.stock_levels l set reserved = l.reserved - plan.freed + plan.take
     from plan
     where l.variant_id = plan.variant_id and l.location_id = plan.location_id and (plan.take > 0 or plan.freed > 0)),
   held as (
     insert into catalog.reservations (order_id, variant_id, location_id, quantity, state, expires_at, created_at)
     select $3, variant_id, location_id, take, 'held', moment.now + make_interval(secs => $4), moment.now
     from plan, moment where take > 0
     returning variant_id, location_id, quantity, expires_at)
   select
     (select jsonb_agg(jsonb_build_object('variantId', variant_id, 'locationId', location_id, 'quantity', quantity,
        'expiresAt', expires_at) order by variant_id, location_id) from held) as held,
     (select jsonb_agg(jsonb_build_object('variantId', variant_id, 'asked', asked, 'available', available)
        order by variant_id) from short) as short,
     (select jsonb_agg(jsonb_build_object('variantId', v.id, 'locationId', plan.location_id, 'sku', v.sku,
        'available', plan.free - plan.take, 'lowStockAt', v.low_stock_at))
      from plan join catalog.variants v on v.id = plan.variant_id
      where plan.free > v.low_stock_at and plan.free - plan.take <= v.low_stock_at) as low`,
);

/**
 * Holds stock for an order, all of it or none, in the caller's transaction. Locks the stock of all its variants in one order and
 * keeps it until that transaction ends: no vendor may be called before then. What another order's expired reservation held is
 * available at the instant it expires.
 *
 * @throws the violation of `reservations_held_once` when the order holds some of it already: release that first
 */
export async function reserveStock(
  { tx, publish }: { readonly tx: Transaction; readonly publish: Publish },
  { orderId, lines, seconds }: ReserveStock,
): Promise<ReserveOutcome> {
  const variantIds = lines.map(({ variantId }) => variantId);
  await lockStockOfVariants(tx, variantIds);
  const quantities = lines.map(({ quantity }) => quantity);
  const [row] = await tx.query(reserveStatement, [variantIds, quantities, orderId, seconds]);
  if (row === undefined) throw new Error('A statement without from gave no row.');
  if (row.short !== null) return { outcome: 'out-of-stock', short: row.short };
  await publishLowStock(publish, tx, row.low ?? []);
  const held = row.held ?? [];
  return { outcome: 'reserved', held: held.map((one) => ({ ...one, expiresAt: new Date(one.expiresAt) })) };
}
