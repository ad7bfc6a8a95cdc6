import { statement } from '../../database/transaction.ts';
import type { Transaction } from '../../database/transaction.ts';
import type { Freshness } from './freshness-store.ts';
import type { Metric } from './metrics.ts';
import type { Range } from './range.ts';
import { NOBODY } from './roll-up-store.ts';

/** One step of a series: [start, end). */
export interface Point {
  readonly start: Date;
  readonly end: Date;
  readonly value: number;
}

/** Its moments in Unix milliseconds: a thousand points have two thousand, and texts of them take longer to read than to write. */
interface PointRow {
  readonly start: number;
  readonly end: number;
  readonly value: number;
}

const milliseconds = (moment: string): string => `(extract(epoch from ${moment}) * 1000)::float8`;

// Steps are generated and added up together with the cells: a step that the zone makes odd can neither hide nor double one.
const seriesOf = (cells: string): string => `
  with bounds as (
    select date_trunc($5, $1::timestamptz, $4) as low,
      case when date_trunc($5, $2::timestamptz, $4) = $2 then $2::timestamptz
        else date_add(date_trunc($5, $2::timestamptz, $4), ('1 ' || $5)::interval, $4) end as high
  ), stepped as (
    ${cells}
    union all
    select generate_series(low, high - interval '1 microsecond', ('1 ' || $5)::interval, $4), 0 from bounds
  ), summed as (
    select start, sum(value)::bigint as value from stepped group by start
  )
  select ${milliseconds('start')} as start,
    ${milliseconds('coalesce(lead(start) over (order by start), (select high from bounds))')} as end, value
  from summed order by start`;

const measured = `sum(case $7 when 'n' then n else amount end) as value`;
const within = (column: string): string =>
  `${column} >= (select low from bounds) and ${column} < (select high from bounds)`;

// Added up by quarter first: a step is worked out for each quarter, not for each of its cells.
const fromQuarters = statement<PointRow>(
  'analytics.read_series_from_quarters',
  seriesOf(`select date_trunc($5, bucket, $4) as start, value from (
      select bucket, ${measured} from analytics.rollups
      where metric = $3 and subject = '${NOBODY}' and dimension = any ($6) and ${within('bucket')}
      group by bucket) quarters`),
);

const fromHours = statement<PointRow>(
  'analytics.read_series_from_hours',
  seriesOf(`select hour as start, ${measured} from analytics.hours
      where zone = $4 and metric = $3 and dimension = any ($6) and ${within('hour')}
      group by hour`),
);

const fromDays = statement<PointRow>(
  'analytics.read_series_from_days',
  seriesOf(`select date_trunc($5, day::timestamp) at time zone $4 as start, value from (
      select day, ${measured} from analytics.days
      where zone = $4 and metric = $3 and subject = '${NOBODY}' and dimension = any ($6)
        and day >= (select (low at time zone $4)::date from bounds)
        and day < (select (high at time zone $4)::date from bounds)
      group by day) days`),
);

// A quarter is no unit of date_trunc; its borders are the same in every zone.
const ofQuarters = statement<PointRow>(
  'analytics.read_series_of_quarters',
  `with bounds as (
     select date_bin('15 minutes', $1::timestamptz, '2000-01-01 00:00:00+00') as low,
       date_bin('15 minutes', $2::timestamptz + interval '15 minutes' - interval '1 microsecond', '2000-01-01 00:00:00+00') as high
   ), summed as (
     select bucket, sum(case $5 when 'n' then n else amount end) as value
     from analytics.rollups
     where metric = $3 and subject = '${NOBODY}' and dimension = any ($4) and ${within('bucket')}
     group by bucket
   )
   select ${milliseconds('start')} as start, ${milliseconds(`start + interval '15 minutes'`)} as end,
     coalesce(value, 0)::bigint as value
   from bounds cross join generate_series(low, high - interval '1 microsecond', interval '15 minutes') start
     left join summed on bucket = start
   order by 1`,
);

/** One metric in steps of a zone, without gaps; the first and the last step are whole. */
export async function readSeries(
  tx: Transaction,
  { facts, dimensions, measure }: Metric,
  { from, to, granularity, timeZone }: Range,
  { zones, hoursAreWhole }: Pick<Freshness, 'zones' | 'hoursAreWhole'>,
): Promise<Point[]> {
  const rows =
    granularity === 'quarter'
      ? await tx.query(ofQuarters, [from, to, facts, dimensions, measure])
      : await tx.query(sourceOf(), [from, to, facts, timeZone, granularity, dimensions, measure]);
  return rows.map(({ start, end, value }) => ({ start: new Date(start), end: new Date(end), value }));

  function sourceOf() {
    if (!zones.includes(timeZone)) return fromQuarters;
    if (granularity !== 'hour') return fromDays;
    return hoursAreWhole ? fromHours : fromQuarters;
  }
}
