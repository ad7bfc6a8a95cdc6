import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import type { Order } from './order.ts';

const findStatement = statement<{ body: Order }>('orders.find_order', 'select body from orders.orders where id = $1');

export async function findOrder(queryable: Queryable, orderId: string): Promise<Order | undefined> {
  return (await queryable.query(findStatement, [orderId]))[0]?.body;
}

const lockStatement = statement<{ body: Order }>(
  'orders.lock_order',
  'select body from orders.orders where id = $1 for no key update',
);

/** Holds the order until the transaction ends. Always before its stock, its coupon and its payment. */
export async function lockOrder(tx: Transaction, orderId: string): Promise<Order | undefined> {
  return (await tx.query(lockStatement, [orderId]))[0]?.body;
}

/** Whose orders somebody may see and change: `undefined` is everybody's. */
export type Visible = string | undefined;

/**
 * Holds an order for a change of somebody who may see it.
 *
 * @throws Problem 404
 */
export async function lockVisible(
  tx: Transaction,
  { orderId, visible }: { readonly orderId: string; readonly visible: Visible },
): Promise<Order> {
  const order = await lockOrder(tx, orderId);
  if (order === undefined || (visible !== undefined && order.customerId !== visible)) throw notFound();
  return order;
}
