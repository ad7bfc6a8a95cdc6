import type { Transaction } from '../../../database/transaction.ts';
import type { Publish } from '../../../jobs/events.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { moveStock } from './move-stock.ts';
import { shortage } from './record-stock-adjustment.ts';
import { requireLocation, requireVariant } from './require-place.ts';
import type { StockLevel } from './stock.ts';
import { findStockLevel } from './stock-store.ts';

export interface RecordStockTransfer {
  readonly id: string;
  readonly variantId: string;
  readonly fromLocationId: string;
  readonly toLocationId: string;
  readonly quantity: number;
  readonly note: string | null;
  readonly movedBy: string;
}

/**
 * Takes stock from one place to another: two movements of one cause.
 *
 * @throws Problem 409 `same-location`, `variant-unknown`, `location-unknown`, `stock-insufficient`, `stock-reserved`,
 *   `stock-too-large`
 */
export async function recordStockTransfer(
  parts: { readonly tx: Transaction; readonly publish: Publish },
  { id, variantId, fromLocationId, toLocationId, quantity, note, movedBy }: RecordStockTransfer,
): Promise<{ readonly from: StockLevel; readonly to: StockLevel }> {
  if (fromLocationId === toLocationId) throw new Problem(problems['same-location']);
  const { tx } = parts;
  await requireVariant(tx, variantId);
  await requireLocation(tx, fromLocationId, '/fromLocationId');
  await requireLocation(tx, toLocationId, '/toLocationId');
  const from = { variantId, locationId: fromLocationId };
  const to = { variantId, locationId: toLocationId };
  const moved = await moveStock(parts, {
    ...{ refType: 'transfer', refId: id, reason: 'transferred', note, movedBy },
    moves: [
      { ...from, delta: -quantity },
      { ...to, delta: quantity },
    ],
  });
  if (moved.outcome === 'short') {
    throw shortage(
      moved.holders.filter(({ locationId }) => locationId === fromLocationId),
      '/quantity',
    );
  }
  return { from: await findStockLevel(tx, from), to: await findStockLevel(tx, to) };
}
