import type { Transaction } from '../../../database/transaction.ts';
import type { Publish } from '../../../jobs/events.ts';
import { moveStock } from './move-stock.ts';
import type { StockPlace } from './stock.ts';

export interface Restock {
  /** The return; one cause moves stock once. */
  readonly returnId: string;
  /** Different places, each with how many came back. */
  readonly lines: readonly (StockPlace & { readonly quantity: number })[];
  readonly movedBy: string | null;
}

/** Puts back what was sold and returned. @throws the violation of `stock_movements_once` for a return that was put back */
export async function restock(
  parts: { readonly tx: Transaction; readonly publish: Publish },
  { returnId, lines, movedBy }: Restock,
): Promise<void> {
  const moves = lines.map(({ variantId, locationId, quantity }) => ({ variantId, locationId, delta: quantity }));
  const { outcome } = await moveStock(parts, {
    ...{ refType: 'return', refId: returnId, reason: 'returned', note: null, movedBy, moves },
  });
  if (outcome !== 'moved') throw new Error('Adding to stock was refused.');
}
