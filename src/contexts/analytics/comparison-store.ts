import { statement } from '../../database/transaction.ts';
import type { Transaction } from '../../database/transaction.ts';
import type { Recounted } from '../context.ts';
import { NOBODY } from './roll-up-store.ts';

/** A cell whose rollup is not what the tables say: `n` and `amount` are what it lacks. */
export interface RollupDifference extends Recounted {
  readonly metric: string;
}

export interface RecountedCell extends Recounted {
  readonly metric: string;
}

const beginStatement = statement(
  'analytics.begin_comparison',
  `update analytics.comparisons set began_at = clock_timestamp() where name = 'facts'`,
);

/** Keeps two comparisons that repair from each other: the later one starts over on what the first has added. */
export async function beginRepair(tx: Transaction): Promise<void> {
  await tx.query(beginStatement);
}

// Rollups and the facts above the watermark, in one snapshot with what was recounted, are equal at every moment.
const findDifferences = statement<RollupDifference>(
  'analytics.find_differences',
  `with raw as (
     select r.bucket, r.metric, coalesce(g.campaign_id, r.subject) as subject, r.dimension, r.n, r.amount
     from unnest($1::timestamptz[], $2::text[], $3::uuid[], $4::text[], $5::bigint[], $6::bigint[])
       as r (bucket, metric, subject, dimension, n, amount)
       left join analytics.groups g on g.group_id = r.subject
   ), tail as (
     select f.bucket, f.metric, coalesce(g.campaign_id, f.subject) as subject, f.dimension, f.n, f.amount
     from analytics.facts f left join analytics.groups g on g.group_id = f.subject
     where f.xid >= (select below from analytics.rollup_state where name = 'facts')
       and f.bucket >= $7 and f.bucket < $8 and f.metric = any ($9)
   ), cells as (
     select bucket, metric, subject, dimension, n, amount from raw where subject <> $10::uuid
     union all
     select bucket, metric, $10::uuid, dimension, n, amount from raw
     union all
     select bucket, metric, subject, dimension, -n, -amount from tail where subject <> $10::uuid
     union all
     select bucket, metric, $10::uuid, dimension, -n, -amount from tail
     union all
     select bucket, metric, subject, dimension, -n, -amount from analytics.rollups
     where metric = any ($9) and bucket >= $7 and bucket < $8
   )
   select bucket, metric, subject, dimension, sum(n)::bigint as n, sum(amount)::bigint as amount
   from cells group by 1, 2, 3, 4 having sum(n) <> 0 or sum(amount) <> 0
   order by 1, 2, 3, 4`,
);

/** What the rollups of the buckets in [from, to) lack of what was counted in the same snapshot. */
export async function listDifferences(
  tx: Transaction,
  { cells, metrics, from, to }: { cells: readonly RecountedCell[]; metrics: readonly string[]; from: Date; to: Date },
): Promise<RollupDifference[]> {
  return tx.query(findDifferences, [
    cells.map(({ bucket }) => bucket),
    cells.map(({ metric }) => metric),
    cells.map(({ subject }) => subject),
    cells.map(({ dimension }) => dimension),
    cells.map(({ n }) => n),
    cells.map(({ amount }) => amount),
    from,
    to,
    metrics,
    NOBODY,
  ]);
}

// A fact of a campaign counts for the sum over all as well: what is left of the sum's difference is nobody's.
const addCorrections = statement(
  'analytics.add_corrections',
  `with lacking as (
     select * from unnest($1::timestamptz[], $2::text[], $3::uuid[], $4::text[], $5::bigint[], $6::bigint[])
       as l (bucket, metric, subject, dimension, n, amount)
   )
   insert into analytics.facts (metric, subject, dimension, bucket, n, amount)
   select metric, subject, dimension, bucket, n, amount from lacking where subject <> $7::uuid
   union all
   select metric, $7::uuid, dimension, bucket, n, amount from (
     select metric, dimension, bucket, sum(case when subject = $7::uuid then n else -n end) as n,
       sum(case when subject = $7::uuid then amount else -amount end) as amount
     from lacking group by 1, 2, 3) rest
   where n <> 0 or amount <> 0`,
);

/** Adds what is lacking as facts: the next pass of the roller carries it into quarters, days and totals alike. */
export async function insertCorrections(tx: Transaction, differences: readonly RollupDifference[]): Promise<void> {
  await tx.query(addCorrections, [
    differences.map(({ bucket }) => bucket),
    differences.map(({ metric }) => metric),
    differences.map(({ subject }) => subject),
    differences.map(({ dimension }) => dimension),
    differences.map(({ n }) => n),
    differences.map(({ amount }) => amount),
    NOBODY,
  ]);
}
