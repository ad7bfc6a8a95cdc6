import type { Queryable } from '../../../database/transaction.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import type { OrderPayment, OrdersDependencies } from '../dependencies.ts';
import { readAddresses } from '../placing/address-store.ts';
import type { KnownAddress } from '../placing/address-store.ts';
import type { Order } from '../stream/order.ts';
import { findOrder } from '../stream/order-store.ts';
import type { Visible } from '../stream/order-store.ts';

/** What else a reader may ask for: each is one query, however many orders there are. */
export const expansions = ['address', 'payment'] as const;
export type Expansion = (typeof expansions)[number];

/** An order with what was asked for beside it; undefined is what was not, null is what is not there. */
export interface OrderView {
  readonly order: Order;
  readonly address?: KnownAddress | null;
  readonly payment?: OrderPayment | null;
}

export async function expandOrders(
  { payments }: Pick<OrdersDependencies, 'payments'>,
  queryable: Queryable,
  { orders, expand }: { readonly orders: readonly Order[]; readonly expand: readonly Expansion[] },
): Promise<readonly OrderView[]> {
  const ids = orders.map(({ id }) => id);
  const wanted = ids.length > 0 ? expand : [];
  const addresses = wanted.includes('address') ? await readAddresses(queryable, ids) : undefined;
  const paid = wanted.includes('payment') ? await payments.readPayments(queryable, ids) : undefined;
  const bySubject = new Map(paid?.map((payment) => [payment.subjectId, payment]));
  return orders.map((order) => ({
    order,
    ...(addresses === undefined ? {} : { address: addresses.get(order.id) ?? null }),
    ...(paid === undefined ? {} : { payment: bySubject.get(order.id) ?? null }),
  }));
}

/** @throws Problem 404 for one that is absent, or somebody else's */
export async function getOrder(
  { primary }: Pick<OrdersDependencies, 'primary'>,
  { orderId, visible }: { readonly orderId: string; readonly visible: Visible },
): Promise<Order> {
  const order = await findOrder(primary, orderId);
  if (order === undefined || (visible !== undefined && order.customerId !== visible)) throw notFound();
  return order;
}
