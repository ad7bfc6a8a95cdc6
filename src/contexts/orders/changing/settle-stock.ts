import type { Transaction } from '../../../database/transaction.ts';
import { derivedId } from '../../../shared/id.ts';
import { Problem } from '../../../shared/problem.ts';
import type { OrdersDependencies } from '../dependencies.ts';
import { problems } from '../problems.ts';
import type { Order } from '../stream/order.ts';

type Line = Pick<Order['lines'][number], 'variantId' | 'sku' | 'quantity'>;
type Stock = Pick<OrdersDependencies, 'catalog' | 'settings'> & { readonly tx: Transaction };

/** Stock is held a little longer than a payment is waited for, so that whoever looks whether one is on its way can extend it. */
const GRACE = 180;

/**
 * Holds stock for an order, all of it or none; locks it until the transaction ends.
 *
 * @throws Problem 409 `out-of-stock` with everything that is short
 */
export async function holdStock(
  { tx, catalog, settings }: Stock,
  { orderId, lines }: { readonly orderId: string; readonly lines: readonly Line[] },
): Promise<void> {
  const wanted = lines.map(({ variantId, quantity }) => ({ variantId, quantity }));
  const seconds = settings.paymentSeconds + GRACE;
  const held = await catalog.reserveStock(tx, { orderId, lines: wanted, seconds });
  if (held.outcome === 'reserved') return;
  throw new Problem(problems['out-of-stock'], {
    detail: `${held.short.length} of ${lines.length} articles are short.`,
    errors: held.short.map(({ variantId, asked, available }) => {
      const index = lines.findIndex((line) => line.variantId === variantId);
      const sku = lines[index]?.sku ?? variantId;
      return { pointer: `/lines/${index}/quantity`, detail: `${sku}: asked ${asked}, available ${available}` };
    }),
  });
}

/** What of these lines the order does not have for good. */
export function lackingOf({ sold }: Pick<Order, 'sold'>, lines: readonly Line[]): readonly Line[] {
  return lines
    .map(({ variantId, sku, quantity }) => ({ variantId, sku, quantity: quantity - (sold[variantId] ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
}

export interface SettleStock {
  readonly order: Pick<Order, 'id' | 'sold' | 'version'>;
  /** What the order shall have. */
  readonly lines: readonly Line[];
  readonly movedBy: string | null;
}

/**
 * Makes an order hold what these lines want and was not sold to it already, and puts back what was sold and is wanted no more: all of
 * it or nothing. Locks stock until the transaction ends.
 *
 * @returns what stays sold, by variant
 * @throws Problem 409 `out-of-stock` with everything that is short
 */
export async function settleStock(stock: Stock, { order, lines, movedBy }: SettleStock): Promise<Order['sold']> {
  const { tx, catalog } = stock;
  await catalog.releaseStock(tx, order.id);
  const lacking = lackingOf(order, lines);
  if (lacking.length > 0) await holdStock(stock, { orderId: order.id, lines: lacking });
  const wanted = new Map(lines.map(({ variantId, quantity }) => [variantId, quantity]));
  const sold = Object.entries(order.sold).map(([variantId, quantity]) => {
    const stays = Math.min(quantity, wanted.get(variantId) ?? 0);
    return { variantId, stays, back: quantity - stays };
  });
  const back = sold.flatMap(({ variantId, back: quantity }) => (quantity > 0 ? [{ variantId, quantity }] : []));
  if (back.length > 0) {
    const returnId = derivedId('stock put back', order.id, String(order.version));
    await catalog.returnStock(tx, { orderId: order.id, returnId, lines: back, movedBy });
  }
  return Object.fromEntries(sold.flatMap(({ variantId, stays }) => (stays > 0 ? [[variantId, stays]] : [])));
}
