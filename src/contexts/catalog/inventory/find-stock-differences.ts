import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';
import type { StockPlace } from './stock.ts';

/** A row of stock that disagrees with its history. */
export interface StockDifference extends StockPlace {
  readonly onHand: number;
  /** The sum of its movements. */
  readonly moved: number;
  readonly reserved: number;
  /** The sum of the reservations that are held, expired ones included. */
  readonly held: number;
}

const differencesStatement = statement<StockDifference>(
  'catalog.find_stock_differences',
  `with moved as (select variant_id, location_id, sum(delta)::int as quantity from catalog.stock_movements group by 1, 2),
   held as (
     select variant_id, location_id, sum(quantity)::int as quantity from catalog.reservations where state = 'held' group by 1, 2)
   select l.variant_id as "variantId", l.location_id as "locationId", l.on_hand as "onHand",
     coalesce(m.quantity, 0) as moved, l.reserved, coalesce(h.quantity, 0) as held
   from catalog.stock_levels l
   left join moved m using (variant_id, location_id) left join held h using (variant_id, location_id)
   where l.on_hand <> coalesce(m.quantity, 0) or l.reserved <> coalesce(h.quantity, 0)
   order by 1, 2 limit 1000`,
);

const countStatement = statement<{ levels: number }>(
  'catalog.count_stock_levels',
  'select count(*) as levels from catalog.stock_levels',
);

/**
 * Proves the stock: what is on hand is the sum of its movements, and what is reserved the sum of what is held, for every row, in
 * one snapshot. Reads everything.
 */
export async function findStockDifferences(
  queryable: Queryable,
): Promise<{ readonly levels: number; readonly differences: readonly StockDifference[] }> {
  const differences = await queryable.query(differencesStatement);
  const [counted] = await queryable.query(countStatement);
  return { levels: counted?.levels ?? 0, differences };
}
