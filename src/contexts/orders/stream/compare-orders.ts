import { isDeepStrictEqual } from 'node:util';
import { statement } from '../../../database/transaction.ts';
import type { Transaction } from '../../../database/transaction.ts';
import type { OrdersDependencies } from '../dependencies.ts';
import { apply } from './apply.ts';
import { listEvents } from './event-store.ts';
import type { Order } from './order.ts';
import { lockOrder } from './order-store.ts';

export interface OrderComparison {
  /** Orders that were made anew. */
  readonly orders: number;
  /** Those that are shown otherwise than their events say, or not at all. */
  readonly differing: readonly string[];
}

const BATCH = 200;

const idsStatement = statement<{ id: string }>(
  'orders.list_streams',
  `select order_id as id from orders.order_events where version = 1 and ($1::uuid is null or order_id > $1)
   order by order_id limit $2`,
);

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly total: number;
  readonly fingerprint: string;
  readonly version: number;
  readonly number: number;
  readonly customerId: string;
  readonly body: Order;
}

const shownStatement = statement<Shown>(
  'orders.list_shown',
  `select id, state, total_minor as total, fingerprint, version, number, customer_id as "customerId", body
   from orders.orders where id = any ($1::uuid[])`,
);

const repairStatement = statement(
  'orders.repair_order',
  `update orders.orders set state = $2::jsonb ->> 'state', total_minor = ($2 #>> '{totals,total}')::bigint,
     fingerprint = $2 ->> 'fingerprint', version = ($2 ->> 'version')::integer, body = $2
   where id = $1`,
);

/**
 * Makes every order anew from its first event, and compares it with what is shown. Each order in one snapshot, so writers may run
 * meanwhile. Repairing takes each order's lock.
 */
export async function compareOrders(
  { worker }: Pick<OrdersDependencies, 'worker'>,
  { repair }: { readonly repair: boolean },
): Promise<OrderComparison> {
  const differing: string[] = [];
  let orders = 0;
  for (let after: string | null = null, length = BATCH; length === BATCH;) {
    const ids: readonly string[] = (await worker.query(idsStatement, [after, BATCH])).map(({ id }) => id);
    const wrong = await worker.transaction((tx) => findDiffering(tx, ids), {
      isolation: 'repeatable read',
      readOnly: true,
    });
    differing.push(...wrong);
    if (repair) for (const id of wrong) await worker.transaction((tx) => repairOrder(tx, id));
    [after, length, orders] = [ids.at(-1) ?? after, ids.length, orders + ids.length];
  }
  return { orders, differing };
}

/** The order as its events say. */
export async function rebuild(tx: Transaction, ids: readonly string[]): Promise<ReadonlyMap<string, Order>> {
  const made = new Map<string, Order>();
  for (const event of await listEvents(tx, ids)) made.set(event.orderId, apply(made.get(event.orderId), event));
  return made;
}

async function findDiffering(tx: Transaction, ids: readonly string[]): Promise<readonly string[]> {
  const made = await rebuild(tx, ids);
  const shown = new Map((await tx.query(shownStatement, [ids])).map((row) => [row.id, row]));
  return ids.filter((id) => {
    const order = made.get(id);
    return order === undefined || !isDeepStrictEqual(shown.get(id), shownOf(order));
  });
}

function shownOf(order: Order): Shown {
  const { id, state, totals, fingerprint, version, number, customerId } = order;
  return { id, state, total: totals.total, fingerprint, version, number, customerId, body: order };
}

async function repairOrder(tx: Transaction, id: string): Promise<void> {
  await lockOrder(tx, id);
  const order = (await rebuild(tx, [id])).get(id);
  if (order !== undefined) await tx.query(repairStatement, [id, JSON.stringify(order)]);
}
