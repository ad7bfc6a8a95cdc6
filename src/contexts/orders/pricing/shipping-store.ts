import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { TaxClass } from './tax-rate-store.ts';

/** A way to get goods to somebody, and what it costs. */
export interface ShippingMethod {
  readonly code: string;
  readonly name: string;
  readonly taxClass: TaxClass;
  /** Others are no longer offered; orders that have one keep it. */
  readonly active: boolean;
  /** In minor units without tax, one per currency; in other currencies it is not offered. */
  readonly prices: readonly { readonly currency: string; readonly amount: number }[];
  readonly version: number;
}

const columns = 'code, name, tax_class as "taxClass", active, prices, version';

const listStatement = statement<ShippingMethod>(
  'orders.list_shipping_methods',
  `select ${columns} from orders.shipping_methods order by code limit 100`,
);

/** A hundred at most, by code. */
export function listShippingMethods(queryable: Queryable): Promise<ShippingMethod[]> {
  return queryable.query(listStatement);
}

const findStatement = statement<ShippingMethod>(
  'orders.find_shipping_method',
  `select ${columns} from orders.shipping_methods where code = $1`,
);

export async function findShippingMethod(queryable: Queryable, code: string): Promise<ShippingMethod | undefined> {
  return (await queryable.query(findStatement, [code]))[0];
}

const lockStatement = statement<ShippingMethod>(
  'orders.lock_shipping_method',
  `select ${columns} from orders.shipping_methods where code = $1 for no key update`,
);

export async function lockShippingMethod(tx: Transaction, code: string): Promise<ShippingMethod | undefined> {
  return (await tx.query(lockStatement, [code]))[0];
}

const writeStatement = statement<ShippingMethod>(
  'orders.write_shipping_method',
  `insert into orders.shipping_methods (code, name, tax_class, active, prices) values ($1, $2, $3, $4, $5)
   on conflict (code) do update set name = $2, tax_class = $3, active = $4, prices = $5,
     version = orders.shipping_methods.version + 1
   returning ${columns}`,
);

export async function writeShippingMethod(
  tx: Transaction,
  { code, name, taxClass, active, prices }: Omit<ShippingMethod, 'version'>,
): Promise<ShippingMethod> {
  const [row] = await tx.query(writeStatement, [code, name, taxClass, active, JSON.stringify(prices)]);
  if (row === undefined) throw new Error('A write gave no row.');
  return row;
}
