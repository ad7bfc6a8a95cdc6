import { statement } from '../../../database/transaction.ts';
import { pageOf } from '../../../shared/cursor.ts';
import type { Page } from '../../../shared/cursor.ts';
import type { OrdersDependencies } from '../dependencies.ts';
import type { Order } from '../stream/order.ts';
import type { Visible } from '../stream/order-store.ts';
import { expandOrders } from './get-order.ts';
import type { Expansion, OrderView } from './get-order.ts';

export interface OrderFilter {
  readonly number: number | undefined;
  readonly customerId: string | undefined;
  readonly state: string | undefined;
  /** [from, until), RFC 3339. */
  readonly placedFrom: string | undefined;
  readonly placedUntil: string | undefined;
}

export interface ListOrders extends OrderFilter {
  readonly visible: Visible;
  readonly expand: readonly Expansion[];
  readonly limit: number;
  readonly cursor: string | undefined;
}

const listStatement = statement<{ id: string; body: Order; sortKey: string }>(
  'orders.list_orders',
  `select id, body, placed_at::text as "sortKey" from orders.orders
   where ($1::uuid is null or customer_id = $1) and ($2::uuid is null or customer_id = $2)
     and ($3::bigint is null or number = $3) and ($4::text is null or state = $4)
     and ($5::timestamptz is null or placed_at >= $5) and ($6::timestamptz is null or placed_at < $6)
     and ($7::timestamptz is null or (placed_at, id) < ($7, $8::uuid))
   order by placed_at desc, id desc limit $9`,
);

/** The newest first. @throws Problem 400 `invalid-cursor` */
export async function listOrders(
  { primary, cursors, payments }: Pick<OrdersDependencies, 'primary' | 'cursors' | 'payments'>,
  { visible, expand, limit, cursor, ...filter }: ListOrders,
): Promise<Page<OrderView>> {
  const scope = { operation: 'listOrders', filters: { ...filter, visible } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const { number, customerId, state, placedFrom, placedUntil } = filter;
  const rows = await primary.query(listStatement, [
    ...[visible, customerId, number, state, placedFrom, placedUntil, after?.key, after?.id, limit + 1],
  ]);
  const page = pageOf(rows, limit, ({ sortKey, id }) => cursors.encode(scope, { key: sortKey, id }));
  const orders = page.items.map(({ body }) => body);
  return { ...page, items: [...(await expandOrders({ payments }, primary, { orders, expand }))] };
}
