import { statement } from '../../../database/transaction.ts';
import type { Transaction } from '../../../database/transaction.ts';
import type { Publish } from '../../../jobs/events.ts';
import { restock } from './restock.ts';
import type { StockPlace } from './stock.ts';

export interface ReturnStock {
  /** Whom it was sold to. */
  readonly orderId: string;
  /** The cause; one cause moves stock once. */
  readonly returnId: string;
  /** Different variants, each with how many come back. */
  readonly lines: readonly { readonly variantId: string; readonly quantity: number }[];
  readonly movedBy: string | null;
}

const soldStatement = statement<StockPlace & { quantity: number }>(
  'catalog.list_sold_places',
  `select variant_id as "variantId", location_id as "locationId", sum(quantity)::int as quantity
   from catalog.reservations where order_id = $1 and state = 'consumed' group by 1, 2 order by 1, 3 desc, 2`,
);

/**
 * Puts back what was sold to an order: where most of it came from first. What the order never had comes back nowhere.
 *
 * @throws the violation of `stock_movements_once` for a return that was put back
 */
export async function returnStock(
  parts: { readonly tx: Transaction; readonly publish: Publish },
  { orderId, returnId, lines, movedBy }: ReturnStock,
): Promise<void> {
  const left = new Map(lines.map(({ variantId, quantity }) => [variantId, quantity]));
  const back = (await parts.tx.query(soldStatement, [orderId])).flatMap(({ quantity, ...place }) => {
    const here = Math.min(quantity, left.get(place.variantId) ?? 0);
    left.set(place.variantId, (left.get(place.variantId) ?? 0) - here);
    return here > 0 ? [{ ...place, quantity: here }] : [];
  });
  if (back.length > 0) await restock(parts, { returnId, lines: back, movedBy });
}
