import { statement } from '../../../database/transaction.ts';
import type { Transaction } from '../../../database/transaction.ts';
import type { Publish } from '../../../jobs/events.ts';
import { releaseLocked } from './end-reservations.ts';
import { expireLocked } from './expire-reservations.ts';
import { columnsOf, lockStock } from './lock-store.ts';
import { publishLowStock } from './low-stock.ts';
import type { LowStock, StockMovement, StockPlace } from './stock.ts';

/** Movements of one cause. Its places differ. */
export interface MoveStock extends Pick<StockMovement, 'refType' | 'refId' | 'reason' | 'note' | 'movedBy'> {
  readonly moves: readonly (StockPlace & { readonly delta: number })[];
  /** Orders that lose all they hold, wherever that is, to make room. */
  readonly releaseOrderIds?: readonly string[];
}

/** Who holds some of what was to be taken away. */
export interface StockHolder extends StockPlace {
  readonly orderId: string;
  readonly quantity: number;
}

export type MoveOutcome =
  | { readonly outcome: 'moved' }
  /** Less is on hand than was to be taken away, or too much of it is held. Nothing has moved. */
  | { readonly outcome: 'short'; readonly holders: readonly StockHolder[] };

const openStatement = statement(
  'catalog.open_stock_levels',
  `insert into catalog.stock_levels (variant_id, location_id)
   select variant_id, location_id from unnest($1::uuid[], $2::uuid[]) as place (variant_id, location_id)
   order by 1, 2 on conflict do nothing`,
);

const moveStatement = statement<{ changed: number; low: readonly LowStock[] | null }>(
  'catalog.move_stock',
  `with place as (
     select * from unnest($1::uuid[], $2::uuid[], $3::int[]) as place (variant_id, location_id, delta)),
   allowed as (
     select not exists (
       select from place p join catalog.stock_levels l using (variant_id, location_id) where l.on_hand + p.delta < l.reserved) as ok),
   changed as (
     update catalog.stock_levels l set on_hand = l.on_hand + p.delta
     from place p, allowed
     where l.variant_id = p.variant_id and l.location_id = p.location_id and allowed.ok
     returning l.variant_id, l.location_id, p.delta, l.on_hand - l.reserved as available),
   moved as (
     insert into catalog.stock_movements (variant_id, location_id, delta, reason, note, ref_type, ref_id, moved_by, at)
     select variant_id, location_id, delta, $4, $5, $6, $7, $8, clock_timestamp() from changed)
   select (select count(*) from changed)::int as changed,
     (select jsonb_agg(jsonb_build_object('variantId', v.id, 'locationId', c.location_id, 'sku', v.sku,
        'available', c.available, 'lowStockAt', v.low_stock_at))
      from changed c join catalog.variants v on v.id = c.variant_id
      where c.available - c.delta > v.low_stock_at and c.available <= v.low_stock_at) as low`,
);

const holdersStatement = statement<StockHolder>(
  'catalog.list_stock_holders',
  `select r.variant_id as "variantId", r.location_id as "locationId", r.order_id as "orderId", r.quantity
   from catalog.reservations r
   where (r.variant_id, r.location_id) in (select * from unnest($1::uuid[], $2::uuid[])) and r.state = 'held'
   order by r.created_at, r.id limit 50`,
);

/**
 * Changes what is on hand and says why, all of it or nothing. Safe to repeat with one cause: the second time violates
 * `stock_movements_once`.
 *
 * @throws the violation of `stock_levels_on_hand` beyond 1,000,000,000 at one place
 */
export async function moveStock(
  { tx, publish }: { readonly tx: Transaction; readonly publish: Publish },
  { moves, releaseOrderIds = [], ...cause }: MoveStock,
): Promise<MoveOutcome> {
  const places = columnsOf(moves);
  await tx.query(openStatement, places);
  await lockStock(tx, { places: moves, orderIds: releaseOrderIds });
  await expireLocked(tx, moves);
  await releaseLocked(tx, releaseOrderIds);
  const { reason, note, refType, refId, movedBy } = cause;
  const deltas = moves.map(({ delta }) => delta);
  const [row] = await tx.query(moveStatement, [...places, deltas, reason, note, refType, refId, movedBy]);
  if (row?.changed !== moves.length) return { outcome: 'short', holders: await tx.query(holdersStatement, places) };
  await publishLowStock(publish, tx, row.low ?? []);
  return { outcome: 'moved' };
}
