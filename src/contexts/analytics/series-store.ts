import { statement } from '../../database/transaction.ts';
import type { Transaction } from '../../database/transaction.ts';
import type { Metric } from './metrics.ts';
import type { Range } from './range.ts';
import { NOBODY } from './roll-up-store.ts';

/** One step of a series: [start, end). */
export interface Point {
  readonly start: Date;
  readonly end: Date;
  readonly value: number;
}

// Steps are generated and added up together with the cells: a step that the zone makes odd can neither hide nor double one.
const seriesOf = (cells: string): string => `
  with bounds as (
    select date_trunc($6, $1::timestamptz, $5) as low,
      case when date_trunc($6, $2::timestamptz, $5) = $2 then $2::timestamptz
        else date_add(date_trunc($6, $2::timestamptz, $5), ('1 ' || $6)::interval, $5) end as high
  ), stepped as (
    ${cells}
    union all
    select generate_series(low, high - interval '1 microsecond', ('1 ' || $6)::interval, $5), 0 from bounds
  ), summed as (
    select start, sum(value)::bigint as value from stepped group by start
  )
  select start, coalesce(lead(start) over (order by start), (select high from bounds)) as end, value
  from summed order by start`;

const fromQuarters = statement<Point>(
  'analytics.read_series_from_quarters',
  seriesOf(`select date_trunc($6, bucket, $5) as start, case $7 when 'n' then n else amount end as value
    from analytics.rollups, bounds
    where metric = $3 and subject = $8 and dimension = any ($4) and bucket >= low and bucket < high`),
);

const fromDays = statement<Point>(
  'analytics.read_series_from_days',
  seriesOf(`select date_trunc($6, day::timestamp) at time zone $5 as start, case $7 when 'n' then n else amount end as value
    from analytics.days, bounds
    where zone = $5 and metric = $3 and subject = $8 and dimension = any ($4)
      and day >= (low at time zone $5)::date and day < (high at time zone $5)::date`),
);

// A quarter is no unit of date_trunc; its borders are the same in every zone.
const ofQuarters = statement<Point>(
  'analytics.read_series_of_quarters',
  `with bounds as (
     select date_bin('15 minutes', $1::timestamptz, '2000-01-01 00:00:00+00') as low,
       date_bin('15 minutes', $2::timestamptz + interval '15 minutes' - interval '1 microsecond', '2000-01-01 00:00:00+00') as high
   ), summed as (
     select bucket, sum(case $5 when 'n' then n else amount end) as value
     from analytics.rollups, bounds
     where metric = $3 and subject = $6 and dimension = any ($4) and bucket >= low and bucket < high
     group by bucket
   )
   select start, start + interval '15 minutes' as end, coalesce(value, 0)::bigint as value
   from bounds cross join generate_series(low, high - interval '1 microsecond', interval '15 minutes') start
     left join summed on bucket = start
   order by start`,
);

/**
 * One metric in steps of a zone, without gaps; the first and the last step are whole.
 *
 * @param prepared whether the zone has days
 * @param subject only what belongs to this campaign; default everything
 */
export async function readSeries(
  tx: Transaction,
  { facts, dimensions, measure }: Metric,
  { from, to, granularity, timeZone }: Range,
  prepared: boolean,
  subject = NOBODY,
): Promise<Point[]> {
  if (granularity === 'quarter') return tx.query(ofQuarters, [from, to, facts, dimensions, measure, subject]);
  const statementOf = prepared && granularity !== 'hour' ? fromDays : fromQuarters;
  return tx.query(statementOf, [from, to, facts, dimensions, timeZone, granularity, measure, subject]);
}
