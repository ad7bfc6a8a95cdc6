import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';

const insertStatement = statement(
  'orders.insert_payment',
  `insert into orders.payments (order_id, payment_id, due_at)
   values ($1, $2, clock_timestamp() + make_interval(secs => $3))
   on conflict (order_id) do update set payment_id = excluded.payment_id, due_at = excluded.due_at`,
);

interface Awaited {
  readonly orderId: string;
  readonly paymentId: string;
  /** From now on. */
  readonly seconds: number;
}

/** Waits for a payment, or waits anew. */
export async function insertOrderPayment(tx: Transaction, { orderId, paymentId, seconds }: Awaited): Promise<void> {
  await tx.query(insertStatement, [orderId, paymentId, seconds]);
}

const settleStatement = statement(
  'orders.settle_payment',
  'update orders.payments set due_at = null where order_id = $1',
);

/** Waits no more. */
export async function stopWaiting(tx: Transaction, orderId: string): Promise<void> {
  await tx.query(settleStatement, [orderId]);
}

const findStatement = statement<{ paymentId: string; due: boolean }>(
  'orders.find_payment',
  `select payment_id as "paymentId", coalesce(due_at <= clock_timestamp(), false) as due from orders.payments where order_id = $1`,
);

/**
 * The payment of an order, and whether it has been waited for long enough, by the clock of the database at this moment.
 *
 * @returns undefined for an order that costs nothing
 */
export async function findOrderPayment(
  queryable: Queryable,
  orderId: string,
): Promise<{ readonly paymentId: string; readonly due: boolean } | undefined> {
  return (await queryable.query(findStatement, [orderId]))[0];
}

const dueStatement = statement<{ orderId: string }>(
  'orders.list_due_payments',
  `select order_id as "orderId" from orders.payments where due_at <= clock_timestamp() order by due_at limit $1`,
);

export async function listDueOrders(queryable: Queryable, limit: number): Promise<readonly string[]> {
  return (await queryable.query(dueStatement, [limit])).map(({ orderId }) => orderId);
}
