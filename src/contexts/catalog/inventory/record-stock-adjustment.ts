import type { Transaction } from '../../../database/transaction.ts';
import type { Publish } from '../../../jobs/events.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { moveStock } from './move-stock.ts';
import type { StockHolder } from './move-stock.ts';
import { requireLocation, requireVariant } from './require-place.ts';
import type { MovementReason, StockLevel, StockPlace } from './stock.ts';
import { findStockLevel } from './stock-store.ts';

export interface RecordStockAdjustment extends StockPlace {
  readonly id: string;
  readonly delta: number;
  readonly reason: MovementReason;
  readonly note: string | null;
  /** Orders that lose what they hold, to make room. */
  readonly releaseOrderIds: readonly string[];
  readonly movedBy: string;
}

/**
 * Adds to what is on hand, or takes away from it.
 *
 * @throws Problem 409 `nothing-to-adjust`, `variant-unknown`, `location-unknown`, `stock-insufficient`, `stock-reserved` that names who holds it,
 *   `stock-too-large`
 */
export async function recordStockAdjustment(
  parts: { readonly tx: Transaction; readonly publish: Publish },
  { id, variantId, locationId, delta, ...adjustment }: RecordStockAdjustment,
): Promise<StockLevel> {
  const { tx } = parts;
  if (delta === 0) {
    throw new Problem(problems['nothing-to-adjust'], { errors: [{ pointer: '/delta', detail: 'must not be 0' }] });
  }
  await requireVariant(tx, variantId);
  await requireLocation(tx, locationId, '/locationId');
  const moved = await moveStock(parts, {
    ...adjustment,
    ...{ refType: 'adjustment', refId: id, moves: [{ variantId, locationId, delta }] },
  });
  if (moved.outcome === 'short') throw shortage(moved.holders, '/delta');
  return findStockLevel(tx, { variantId, locationId });
}

/** Why stock cannot be taken away. */
export function shortage(holders: readonly StockHolder[], pointer: string): Problem {
  if (holders.length === 0) return new Problem(problems['stock-insufficient'], { detail: 'So many are not there.' });
  return new Problem(problems['stock-reserved'], {
    detail: `Of what is there, orders hold ${holders.reduce((sum, { quantity }) => sum + quantity, 0)}.`,
    errors: holders.map(({ orderId, quantity }) => ({ pointer, detail: `order ${orderId} holds ${quantity}` })),
  });
}
