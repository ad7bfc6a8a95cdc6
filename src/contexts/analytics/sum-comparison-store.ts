import { statement } from '../../database/transaction.ts';
import type { Transaction } from '../../database/transaction.ts';
import { NOBODY } from './roll-up-store.ts';
import { rebuildHours } from './zone-store.ts';

/** An hour, day or total that is not the sum of its quarters: `n` and `amount` are what it lacks. */
export interface SumDifference {
  /** Null for a total. */
  readonly zone: string | null;
  /** Null for an hour or a total. */
  readonly day: string | null;
  /** Null for a day or a total. */
  readonly hour: Date | null;
  readonly metric: string;
  readonly subject: string;
  readonly dimension: string;
  readonly n: number;
  readonly amount: number;
}

// Hours that a roller of an earlier release has left behind are not wrong: nobody reads them, and they are made anew.
const findSumDifferences = statement<SumDifference>(
  'analytics.find_sum_differences',
  `select zone, day::text, hour, metric, subject, dimension, sum(n)::bigint as n, sum(amount)::bigint as amount
   from (
     select z.name as zone, (bucket at time zone z.name)::date as day, null::timestamptz as hour, metric, subject, dimension, n, amount
     from analytics.rollups cross join analytics.zones z
     union all
     select zone, day, null, metric, subject, dimension, -n, -amount from analytics.days
     union all
     select z.name, null, date_trunc('hour', bucket, z.name), metric, subject, dimension, n, amount
     from analytics.rollups cross join analytics.zones z cross join analytics.rollup_state s
     where subject = $1 and s.hours_below = s.below
     union all
     select zone, null, hour, metric, $1, dimension, -n, -amount
     from analytics.hours cross join analytics.rollup_state s where s.hours_below = s.below
     union all
     select null, null, null, metric, subject, dimension, n, amount from analytics.rollups
     union all
     select null, null, null, metric, subject, dimension, -n, -amount from analytics.totals
   ) kept
   group by 1, 2, 3, 4, 5, 6 having sum(n) <> 0 or sum(amount) <> 0`,
);

/** Hours, days and totals that are not the sum of their quarters. Reads them all. */
export async function listSumDifferences(tx: Transaction): Promise<SumDifference[]> {
  return tx.query(findSumDifferences, [NOBODY]);
}

const lockState = statement(
  'analytics.lock_state_for_repair',
  `update analytics.rollup_state set version = version + 1 where name = 'facts'`,
);

const correctDays = statement(
  'analytics.correct_days',
  `insert into analytics.days as d (zone, metric, subject, dimension, day, n, amount)
   select * from unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::date[], $6::bigint[], $7::bigint[]) order by 1, 2, 3, 4, 5
   on conflict (zone, metric, subject, dimension, day)
     do update set n = d.n + excluded.n, amount = d.amount + excluded.amount`,
);

const correctTotals = statement(
  'analytics.correct_totals',
  `insert into analytics.totals as t (metric, subject, dimension, n, amount)
   select * from unnest($1::text[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[]) order by 1, 2, 3
   on conflict (metric, subject, dimension)
     do update set n = t.n + excluded.n, amount = t.amount + excluded.amount`,
);

/** Makes hours, days and totals the sums of their quarters again. Keeps the roller waiting until the transaction ends. */
export async function repairSums(tx: Transaction): Promise<void> {
  await tx.query(lockState);
  const all = await listSumDifferences(tx);
  if (all.some(({ hour }) => hour !== null)) await rebuildHours(tx);
  const days = all.filter(({ day }) => day !== null);
  const totals = all.filter(({ zone }) => zone === null);
  const columns = (rows: readonly SumDifference[]) => [
    rows.map(({ metric }) => metric),
    rows.map(({ subject }) => subject),
    rows.map(({ dimension }) => dimension),
  ];
  const measures = (rows: readonly SumDifference[]) => [rows.map(({ n }) => n), rows.map(({ amount }) => amount)];
  if (days.length > 0) {
    const [zones, dates] = [days.map(({ zone }) => zone), days.map(({ day }) => day)];
    await tx.query(correctDays, [zones, ...columns(days), dates, ...measures(days)]);
  }
  if (totals.length > 0) await tx.query(correctTotals, [...columns(totals), ...measures(totals)]);
}
