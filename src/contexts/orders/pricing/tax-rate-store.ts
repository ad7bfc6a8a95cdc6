import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';

export const taxClasses = ['standard', 'reduced', 'zero', 'exempt'] as const;
export type TaxClass = (typeof taxClasses)[number];

/** For every country that has no rate of its own. */
export const ELSEWHERE = '**';

/** What is added to goods of a class that go to a country. */
export interface TaxRate {
  /** ISO 3166-1 alpha-2, or {@link ELSEWHERE}. */
  readonly country: string;
  readonly taxClass: TaxClass;
  readonly basisPoints: number;
}

const columns = 'country, tax_class as "taxClass", basis_points as "basisPoints"';

const listStatement = statement<TaxRate>(
  'orders.list_tax_rates',
  `select ${columns} from orders.tax_rates order by country, tax_class`,
);

export function listTaxRates(queryable: Queryable): Promise<TaxRate[]> {
  return queryable.query(listStatement);
}

const forStatement = statement<TaxRate>(
  'orders.list_tax_rates_for',
  `select distinct on (tax_class) ${columns} from orders.tax_rates where country in ($1, '${ELSEWHERE}')
   order by tax_class, country desc`,
);

/** @returns the rate of each class for goods that go there; a class nobody gave a rate has none to pay */
export async function readTaxRates(queryable: Queryable, country: string): Promise<(taxClass: TaxClass) => number> {
  const rates = await queryable.query(forStatement, [country]);
  const byClass = new Map(rates.map(({ taxClass, basisPoints }) => [taxClass, basisPoints]));
  return (taxClass) => byClass.get(taxClass) ?? 0;
}

// One writer at a time: what stands there is replaced as a whole.
const lockStatement = statement(
  'orders.lock_tax_rates',
  `select pg_advisory_xact_lock(hashtextextended('orders.tax_rates', 0))`,
);
const clearStatement = statement('orders.clear_tax_rates', 'delete from orders.tax_rates');
const insertStatement = statement(
  'orders.insert_tax_rates',
  `insert into orders.tax_rates (country, tax_class, basis_points)
   select * from unnest($1::text[], $2::text[], $3::int[])`,
);

/** All of them, until the transaction ends nobody else's. @returns what stood there before */
export async function lockTaxRates(tx: Transaction): Promise<TaxRate[]> {
  await tx.query(lockStatement);
  return listTaxRates(tx);
}

/** @throws the violation of `tax_rates_pkey` when a country and class stand there twice */
export async function replaceTaxRates(tx: Transaction, rates: readonly TaxRate[]): Promise<void> {
  await tx.query(clearStatement);
  await tx.query(insertStatement, [
    rates.map(({ country }) => country),
    rates.map(({ taxClass }) => taxClass),
    rates.map(({ basisPoints }) => basisPoints),
  ]);
}
