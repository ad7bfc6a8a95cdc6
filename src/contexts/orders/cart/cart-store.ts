import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { Wanted } from '../pricing/quote-order.ts';
import type { SalesChannel } from '../stream/order.ts';

/** Which of somebody's carts. */
export interface CartKey {
  readonly customerId: string;
  readonly currency: string;
  readonly channel: SalesChannel;
}

export interface Cart {
  readonly lines: readonly Wanted[];
  /** 0 for one that nothing was ever put in. */
  readonly version: number;
}

const EMPTY: Cart = { lines: [], version: 0 };

const findStatement = statement<Cart>(
  'orders.find_cart',
  'select lines, version from orders.carts where customer_id = $1 and currency = $2 and channel = $3',
);

export async function findCart(queryable: Queryable, { customerId, currency, channel }: CartKey): Promise<Cart> {
  return (await queryable.query(findStatement, [customerId, currency, channel]))[0] ?? EMPTY;
}

const openStatement = statement(
  'orders.open_cart',
  `insert into orders.carts (customer_id, currency, channel, lines, version, updated_at)
   values ($1, $2, $3, '[]', 0, clock_timestamp()) on conflict do nothing`,
);
const lockStatement = statement<Cart>(
  'orders.lock_cart',
  `select lines, version from orders.carts where customer_id = $1 and currency = $2 and channel = $3 for no key update`,
);

/** Holds a cart until the transaction ends; makes it when there is none. */
export async function lockCart(tx: Transaction, { customerId, currency, channel }: CartKey): Promise<Cart> {
  await tx.query(openStatement, [customerId, currency, channel]);
  return (await tx.query(lockStatement, [customerId, currency, channel]))[0] ?? EMPTY;
}

const writeStatement = statement<Cart>(
  'orders.write_cart',
  `update orders.carts set lines = $4, version = version + 1, updated_at = clock_timestamp()
   where customer_id = $1 and currency = $2 and channel = $3 returning lines, version`,
);

/** Of a cart that the caller has locked. */
export async function writeCart(
  tx: Transaction,
  { customerId, currency, channel }: CartKey,
  lines: readonly Wanted[],
): Promise<Cart> {
  const [row] = await tx.query(writeStatement, [customerId, currency, channel, JSON.stringify(lines)]);
  if (row === undefined) throw new Error('A cart that is locked is gone.');
  return row;
}

/** Empties a cart. @returns what was in it */
export async function takeCart(tx: Transaction, key: CartKey): Promise<readonly Wanted[]> {
  const [cart] = await tx.query(lockStatement, [key.customerId, key.currency, key.channel]);
  if (cart === undefined || cart.lines.length === 0) return [];
  await writeCart(tx, key, []);
  return cart.lines;
}

const eraseStatement = statement('orders.erase_carts', 'delete from orders.carts where customer_id = $1');

export async function eraseCarts(tx: Transaction, customerId: string): Promise<void> {
  await tx.query(eraseStatement, [customerId]);
}
