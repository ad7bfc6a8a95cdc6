import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';
import { newId } from '../../shared/id.ts';
import { rateText } from '../../shared/rate.ts';
import type { Rate } from '../../shared/rate.ts';
import { storedRate } from './rate-store.ts';

/** A rate that moved too far to be believed without a person. */
export interface QuarantinedRate {
  readonly id: string;
  readonly provider: string;
  readonly base: string;
  readonly quote: string;
  readonly asOf: string;
  readonly rate: Rate;
  readonly fetchedAt: Date;
  /** What it was compared with. */
  readonly referenceRate: Rate;
  readonly referenceDate: string;
  /** Null while it is not used for anything. */
  readonly releasedAt: Date | null;
  readonly releasedBy: string | null;
}

export type NewQuarantinedRate = Omit<QuarantinedRate, 'id' | 'releasedAt' | 'releasedBy'>;

type Row = Omit<QuarantinedRate, 'rate' | 'referenceRate'> & {
  readonly rate: string;
  readonly referenceRate: string;
};

const columns = `id, provider, base, quote, rate_date::text as "asOf", rate, fetched_at as "fetchedAt",
  reference_rate as "referenceRate", reference_date::text as "referenceDate", released_at as "releasedAt",
  released_by as "releasedBy"`;

const rateOf = (row: Row): QuarantinedRate => ({
  ...row,
  rate: storedRate(row.rate),
  referenceRate: storedRate(row.referenceRate),
});

const insertStatement = statement<{ id: string }>(
  'exchange_rates.insert_quarantined_rates',
  `insert into exchange_rates.quarantined_rates
     (id, provider, base, quote, rate_date, rate, fetched_at, reference_rate, reference_date)
   select i.id, $1, $2, i.quote, $3, i.rate, $4, i.reference_rate, i.reference_date
   from unnest($5::uuid[], $6::text[], $7::numeric[], $8::numeric[], $9::date[])
     as i (id, quote, rate, reference_rate, reference_date)
   on conflict (provider, base, quote, rate_date, rate) do nothing returning id`,
);

/** Puts rates of one table aside. @returns how many were not put aside before */
export async function insertQuarantined(tx: Transaction, rates: readonly NewQuarantinedRate[]): Promise<number> {
  const [first] = rates;
  if (first === undefined) return 0;
  const rows = await tx.query(insertStatement, [
    first.provider,
    first.base,
    first.asOf,
    first.fetchedAt,
    rates.map(() => newId()),
    rates.map(({ quote }) => quote),
    rates.map(({ rate }) => rateText(rate)),
    rates.map(({ referenceRate }) => rateText(referenceRate)),
    rates.map(({ referenceDate }) => referenceDate),
  ]);
  return rows.length;
}

const findStatement = statement<Row>(
  'exchange_rates.find_quarantined_rate',
  `select ${columns} from exchange_rates.quarantined_rates where id = $1`,
);

export async function findQuarantined(queryable: Queryable, id: string): Promise<QuarantinedRate | undefined> {
  const [row] = await queryable.query(findStatement, [id]);
  return row && rateOf(row);
}

const releaseStatement = statement<Row>(
  'exchange_rates.release_quarantined_rate',
  `update exchange_rates.quarantined_rates set released_at = $2, released_by = $3
   where id = $1 and released_at is null returning ${columns}`,
);

/** @returns undefined when somebody has released it before */
export async function releaseQuarantined(
  tx: Transaction,
  { id, at, by }: { readonly id: string; readonly at: Date; readonly by: string },
): Promise<QuarantinedRate | undefined> {
  const [row] = await tx.query(releaseStatement, [id, at, by]);
  return row && rateOf(row);
}

const listStatement = statement<Row>(
  'exchange_rates.list_quarantined_rates',
  `select ${columns} from exchange_rates.quarantined_rates
   where ($1::boolean is null or (released_at is not null) = $1) and ($2::uuid is null or id < $2)
   order by id desc limit $3`,
);

/** The newest first, strictly after `after`. */
export async function listQuarantined(
  queryable: Queryable,
  query: { readonly released: boolean | undefined; readonly after: string | undefined; readonly limit: number },
): Promise<QuarantinedRate[]> {
  const rows = await queryable.query(listStatement, [query.released ?? null, query.after ?? null, query.limit]);
  return rows.map(rateOf);
}

const countStatement = statement<{ n: number }>(
  'exchange_rates.count_quarantined_rates',
  `select count(*) as n from exchange_rates.quarantined_rates where released_at is null`,
);

/** How many wait for a person. */
export async function countQuarantined(queryable: Queryable): Promise<number> {
  const [row] = await queryable.query(countStatement, []);
  return row?.n ?? 0;
}
