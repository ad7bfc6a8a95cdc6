import { statement } from '../../database/transaction.ts';
import type { PersonalDataSection } from '../context.ts';
import type { OrdersDependencies } from './dependencies.ts';

const PAGE = 500;

const ordersStatement = statement<{ id: string }>(
  'orders.export_orders',
  `select o.id, o.body as "order", a.recipient, a.phone, a.address
   from orders.orders o left join orders.addresses a on a.order_id = o.id
   where o.customer_id = $1 and ($2::uuid is null or o.id > $2) order by o.id limit $3`,
);

const cartsStatement = statement<object>(
  'orders.export_carts',
  'select currency, channel, lines, updated_at as "updatedAt" from orders.carts where customer_id = $1 order by 1, 2',
);

/** What orders know about a person. Amounts are in minor units of the order's currency. */
export function createPersonalData({ worker }: Pick<OrdersDependencies, 'worker'>): readonly PersonalDataSection[] {
  return [
    {
      name: 'orders',
      async *read(userId) {
        for (let after: string | undefined, length = PAGE; length === PAGE;) {
          const rows: readonly { id: string }[] = await worker.query(ordersStatement, [userId, after ?? null, PAGE]);
          yield rows;
          [after, length] = [rows.at(-1)?.id, rows.length];
        }
      },
    },
    {
      name: 'carts',
      async *read(userId) {
        yield await worker.query(cartsStatement, [userId]);
      },
    },
  ];
}
