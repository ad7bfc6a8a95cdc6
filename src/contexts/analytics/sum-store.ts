import { statement } from '../../database/transaction.ts';
import type { Transaction } from '../../database/transaction.ts';
import { NOBODY } from './roll-up-store.ts';

/** What the cells of one metric and dimension come to. */
export interface Sum {
  readonly metric: string;
  readonly dimension: string;
  readonly n: number;
  readonly amount: number;
}

/** Whole days of a zone. */
export interface Days {
  readonly from: Date;
  readonly to: Date;
}

interface SumOfTwo extends Sum {
  readonly previousN: number;
  readonly previousAmount: number;
}

const wholeDaysStatement = statement<Days>(
  'analytics.find_whole_days',
  `select date_trunc('day', $1::timestamptz, $3) as "from",
     ((($2::timestamptz - interval '1 microsecond') at time zone $3)::date + 1)::timestamp at time zone $3 as "to"`,
);

/** The whole days of the zone that [from, to) touches. */
export async function findWholeDays(tx: Transaction, from: Date, to: Date, timeZone: string): Promise<Days> {
  const [days] = await tx.query(wholeDaysStatement, [from, to, timeZone]);
  if (days === undefined) throw new Error('A range always touches a day.');
  return days;
}

const halves = `
  coalesce(sum(n) filter (where now), 0)::bigint as n,
  coalesce(sum(amount) filter (where now), 0)::bigint as amount,
  coalesce(sum(n) filter (where not now), 0)::bigint as "previousN",
  coalesce(sum(amount) filter (where not now), 0)::bigint as "previousAmount"`;

const sumDays = statement<SumOfTwo>(
  'analytics.sum_days',
  `with bounds as (
     select ($1::timestamptz at time zone $3)::date as low, ($2::timestamptz at time zone $3)::date as high)
   select metric, dimension, ${halves}
   from (
     select metric, dimension, n, amount, day >= low as now from analytics.days, bounds
     where zone = $3 and subject = $4 and metric = any ($5)
       and day >= case when $6 then low - (high - low) else low end and day < high) counted
   group by metric, dimension`,
);

// Days of another zone add up to the same sum, with the quarters before the first of its midnights and after the last one.
const sumDaysAndQuarters = statement<SumOfTwo>(
  'analytics.sum_days_and_quarters',
  `with whole as (
     select ($1::timestamptz at time zone $3)::date as first, ($2::timestamptz at time zone $3)::date as last
   ), ranges (now, low, high) as (
     values (true, $1::timestamptz, $2::timestamptz)
     union all
     select false, (first - (last - first))::timestamp at time zone $3, $1 from whole where $6
   ), inner_days as materialized (
     select now, low, high, ((low - interval '1 microsecond') at time zone $7)::date + 1 as first,
       (high at time zone $7)::date as last
     from ranges
   ), edges as materialized (
     select now, edge.low, edge.high from inner_days cross join lateral (values
       (low, case when first < last then first::timestamp at time zone $7 else high end),
       (case when first < last then last::timestamp at time zone $7 else high end, high)) edge (low, high)
     where edge.low < edge.high
   )
   select metric, dimension, ${halves}
   from (
     select d.metric, d.dimension, d.n, d.amount, i.now from inner_days i join analytics.days d
       on d.zone = $7 and d.subject = $4 and d.metric = any ($5) and d.day >= i.first and d.day < i.last
     union all
     select r.metric, r.dimension, r.n, r.amount, e.now from edges e join analytics.rollups r
       on r.subject = $4 and r.metric = any ($5) and r.bucket >= e.low and r.bucket < e.high) counted
   group by metric, dimension`,
);

export interface SumRequest extends Days {
  readonly timeZone: string;
  /** The metrics of the facts. */
  readonly metrics: readonly string[];
  /** Only what belongs to this campaign; default everything. */
  readonly subject?: string;
  /** Also the same number of days before. */
  readonly withPrevious: boolean;
}

/**
 * Sums by metric and dimension over whole days of a zone, and over as many days before.
 *
 * @param keptZones those that have days; others add up days of the first of them
 */
export async function sumWholeDays(
  tx: Transaction,
  { from, to, timeZone, metrics, subject = NOBODY, withPrevious }: SumRequest,
  keptZones: readonly string[],
): Promise<{ readonly sums: Sum[]; readonly previous: Sum[] }> {
  const values = [from, to, timeZone, subject, metrics, withPrevious];
  const rows = keptZones.includes(timeZone)
    ? await tx.query(sumDays, values)
    : await tx.query(sumDaysAndQuarters, [...values, keptZones[0] ?? timeZone]);
  return {
    sums: rows.map(({ metric, dimension, n, amount }) => ({ metric, dimension, n, amount })),
    previous: rows.map(({ metric, dimension, previousN, previousAmount }) => ({
      metric,
      dimension,
      n: previousN,
      amount: previousAmount,
    })),
  };
}

// The tail is what has been committed above the watermark: with it the counters miss nothing that anyone can see.
const sumEverything = statement<Sum>(
  'analytics.sum_everything',
  `select metric, dimension, sum(n)::bigint as n, sum(amount)::bigint as amount
   from (
     select metric, dimension, n, amount from analytics.totals where subject = $1
     union all
     select metric, dimension, n, amount from analytics.facts
     where xid >= (select below from analytics.rollup_state where name = 'facts')
   ) counted
   group by metric, dimension`,
);

/** Everything there is by now, the facts that are not rolled up yet included. */
export async function readLiveSums(tx: Transaction): Promise<Sum[]> {
  return tx.query(sumEverything, [NOBODY]);
}

const sumSubject = statement<Sum>(
  'analytics.sum_subject',
  `select metric, dimension, n, amount from analytics.totals where subject = $1 and metric = any ($2)`,
);

/** All that belongs to one campaign, up to the watermark. */
export async function readSubjectSums(tx: Transaction, subject: string, metrics: readonly string[]): Promise<Sum[]> {
  return tx.query(sumSubject, [subject, metrics]);
}
