import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { PostalAddress } from '../../../shared/postal-address.ts';
import type { AddressLocation } from './locate-address.ts';

/** Who gets it, and where. Personal: it stands in one table, never in an event. */
export interface OrderAddress {
  readonly recipient: string;
  /** E.164. */
  readonly phone: string | null;
  readonly address: PostalAddress;
}

/** As it is kept. */
export interface KnownAddress extends OrderAddress {
  /** What the geocoder said of it; null until it was asked. */
  readonly located: AddressLocation | null;
}

const insertStatement = statement(
  'orders.insert_address',
  'insert into orders.addresses (order_id, customer_id, recipient, phone, address) values ($1, $2, $3, $4, $5)',
);

export async function insertAddress(
  tx: Transaction,
  { orderId, customerId, recipient, phone, address }: OrderAddress & { orderId: string; customerId: string },
): Promise<void> {
  await tx.query(insertStatement, [orderId, customerId, recipient, phone, JSON.stringify(address)]);
}

const changeStatement = statement(
  'orders.change_address',
  'update orders.addresses set recipient = $2, phone = $3, address = $4, located = null where order_id = $1',
);

/** What was known of the old place is forgotten. */
export async function changeAddress(
  tx: Transaction,
  orderId: string,
  { recipient, phone, address }: OrderAddress,
): Promise<void> {
  await tx.query(changeStatement, [orderId, recipient, phone, JSON.stringify(address)]);
}

const readStatement = statement<KnownAddress & { readonly orderId: string }>(
  'orders.read_addresses',
  'select order_id as "orderId", recipient, phone, address, located from orders.addresses where order_id = any ($1::uuid[])',
);

/** Of those of these orders whose customer has not been erased. */
export async function readAddresses(
  queryable: Queryable,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, KnownAddress>> {
  const rows = await queryable.query(readStatement, [orderIds]);
  return new Map(rows.map(({ orderId, ...address }) => [orderId, address]));
}

const locateStatement = statement(
  'orders.locate_address',
  'update orders.addresses set located = $2 where order_id = $1',
);

export async function writeLocation(tx: Transaction, orderId: string, located: AddressLocation): Promise<void> {
  await tx.query(locateStatement, [orderId, JSON.stringify(located)]);
}

const eraseStatement = statement('orders.erase_addresses', 'delete from orders.addresses where customer_id = $1');

export async function eraseAddresses(tx: Transaction, customerId: string): Promise<void> {
  await tx.query(eraseStatement, [customerId]);
}
