import { statement } from '../../../database/transaction.ts';
import type { Transaction } from '../../../database/transaction.ts';
import type { StockPlace } from './stock.ts';

// Everybody who changes stock takes its rows first, and in this one order: no two can wait for each other. Reservations are
// changed by whoever holds the row of stock they draw on.
const order = 'order by l.variant_id, l.location_id for no key update of l';

const lockVariantsStatement = statement(
  'catalog.lock_stock_of_variants',
  `select from catalog.stock_levels l where l.variant_id = any ($1::uuid[]) ${order}`,
);

/** Holds all stock of these variants until the transaction ends. */
export async function lockStockOfVariants(tx: Transaction, variantIds: readonly string[]): Promise<void> {
  await tx.query(lockVariantsStatement, [variantIds]);
}

const lockPlacesStatement = statement(
  'catalog.lock_stock',
  `select from catalog.stock_levels l
   where (l.variant_id, l.location_id) in (
     select * from unnest($1::uuid[], $2::uuid[])
     union select r.variant_id, r.location_id from catalog.reservations r
     where r.order_id = any ($3::uuid[]) and r.state = 'held')
   ${order}`,
);

/** Holds these rows, and those that these orders hold some of, until the transaction ends. */
export async function lockStock(
  tx: Transaction,
  { places = [], orderIds = [] }: { readonly places?: readonly StockPlace[]; readonly orderIds?: readonly string[] },
): Promise<void> {
  const [variants, locations] = columnsOf(places);
  await tx.query(lockPlacesStatement, [variants, locations, orderIds]);
}

/** For `unnest($1::uuid[], $2::uuid[])`. */
export function columnsOf(places: readonly StockPlace[]): [variantIds: string[], locationIds: string[]] {
  return [places.map(({ variantId }) => variantId), places.map(({ locationId }) => locationId)];
}
