import type { Transaction } from '../../../database/transaction.ts';
import type { OrdersDependencies } from '../dependencies.ts';
import { findOrderPayment, stopWaiting } from '../paying/payment-store.ts';
import { releaseCoupon } from '../pricing/coupon-store.ts';
import type { Order } from '../stream/order.ts';
import { settleStock } from './settle-stock.ts';

/**
 * Gives back everything that an order had which will not be: its stock, its coupon, what was paid for it. In the transaction that
 * cancels it.
 */
export async function undoOrder(
  dependencies: Pick<OrdersDependencies, 'catalog' | 'payments' | 'settings'> & { readonly tx: Transaction },
  order: Order,
  { reason, movedBy }: { readonly reason: string; readonly movedBy: string | null },
): Promise<void> {
  const { tx, payments } = dependencies;
  await settleStock(dependencies, { order, lines: [], movedBy });
  if (order.discountTerms !== null) await releaseCoupon(tx, order.id);
  const payment = await findOrderPayment(tx, order.id);
  if (payment === undefined) return;
  await payments.cancelPayment(tx, payment.paymentId, reason);
  await stopWaiting(tx, order.id);
}
