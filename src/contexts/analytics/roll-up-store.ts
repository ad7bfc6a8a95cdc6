import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';

/** Stands for "none", and in rollups for the sum over all. */
export const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Transaction ids arrive as text: they outgrow a number's safe integers in theory, and are never calculated with. */
export interface Horizon {
  /** Read before the snapshot was taken. */
  readonly at: Date;
  /** Every transaction below it has ended. */
  readonly xmin: string;
  /** No transaction from it on has begun. */
  readonly xmax: string;
}

const readHorizonStatement = statement<Horizon>(
  'analytics.read_horizon',
  `select statement_timestamp() as at, pg_snapshot_xmin(s)::text as xmin, pg_snapshot_xmax(s)::text as xmax
   from pg_current_snapshot() s`,
);

/** Must be asked before the running transaction writes or locks anything: its own id would be the oldest. */
export async function readHorizon(queryable: Queryable): Promise<Horizon> {
  const [horizon] = await queryable.query(readHorizonStatement);
  if (horizon === undefined) throw new Error('There is always a snapshot.');
  return horizon;
}

/** How far the rollups are. */
export interface RollupState {
  readonly below: string;
  /** False when a roller of a release without hours was here last. */
  readonly hoursAreWhole: boolean;
  readonly version: number;
  readonly asOf: Date | null;
}

const lockState = statement<RollupState>(
  'analytics.lock_state',
  `select below::text, hours_below is not distinct from below as "hoursAreWhole", version,
     nullif(as_of, '-infinity') as "asOf"
   from analytics.rollup_state where name = 'facts' for update skip locked`,
);

/** The watermark, kept from every other roller until the transaction ends; undefined when one is at work. */
export async function lockWatermark(tx: Transaction): Promise<RollupState | undefined> {
  return (await tx.query(lockState))[0];
}

const findEnd = statement<{ end: string }>(
  'analytics.find_slice_end',
  `select case when xid > $1::text::xid8 then xid::text else ((xid::text)::bigint + 1)::text end as end
   from analytics.facts where xid >= $1::text::xid8 and xid < $2::text::xid8 order by xid offset $3 limit 1`,
);

/** Where a slice of about `limit` facts ends, at a border between transactions; undefined when there are fewer. */
export async function findSliceEnd(
  tx: Transaction,
  low: string,
  high: string,
  limit: number,
): Promise<string | undefined> {
  return (await tx.query(findEnd, [low, high, limit]))[0]?.end;
}

// Sorted upserts: whoever else takes several of these rows takes them in this order.
const rollUp = statement<{ cells: number }>(
  'analytics.roll_up',
  `with fresh as materialized (
     select f.bucket, f.metric, coalesce(g.campaign_id, f.subject) as subject, f.dimension,
       sum(f.n)::bigint as n, sum(f.amount)::bigint as amount
     from analytics.facts f left join analytics.groups g on g.group_id = f.subject
     where f.xid >= $1::text::xid8 and f.xid < $2::text::xid8
     group by 1, 2, 3, 4
     having sum(f.n) <> 0 or sum(f.amount) <> 0
   ), cells as materialized (
     select bucket, metric, subject, dimension, n, amount from fresh where subject <> $3::uuid
     union all
     select bucket, metric, $3::uuid, dimension, sum(n)::bigint, sum(amount)::bigint from fresh group by 1, 2, 4
   ), quarters as (
     insert into analytics.rollups as r (metric, subject, dimension, bucket, n, amount)
     select metric, subject, dimension, bucket, n, amount from cells order by 1, 2, 3, 4
     on conflict (metric, subject, dimension, bucket)
       do update set n = r.n + excluded.n, amount = r.amount + excluded.amount
   ), hours as (
     insert into analytics.hours as h (zone, metric, dimension, hour, n, amount)
     select z.name, metric, dimension, date_trunc('hour', bucket, z.name) as hour, sum(n), sum(amount)
     from cells cross join analytics.zones z where subject = $3::uuid group by 1, 2, 3, 4 order by 1, 2, 3, 4
     on conflict (zone, metric, dimension, hour)
       do update set n = h.n + excluded.n, amount = h.amount + excluded.amount
   ), days as (
     insert into analytics.days as d (zone, metric, subject, dimension, day, n, amount)
     select z.name, metric, subject, dimension, (bucket at time zone z.name)::date as day, sum(n), sum(amount)
     from cells cross join analytics.zones z group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
     on conflict (zone, metric, subject, dimension, day)
       do update set n = d.n + excluded.n, amount = d.amount + excluded.amount
   ), totals as (
     insert into analytics.totals as t (metric, subject, dimension, n, amount)
     select metric, subject, dimension, sum(n), sum(amount) from cells group by 1, 2, 3 order by 1, 2, 3
     on conflict (metric, subject, dimension)
       do update set n = t.n + excluded.n, amount = t.amount + excluded.amount
   )
   select count(*) as cells from cells`,
);

/** Adds the facts of the transactions in [low, high) to quarters, hours, days and totals. @returns how many quarters changed */
export async function addFacts(tx: Transaction, low: string, high: string): Promise<number> {
  return (await tx.query(rollUp, [low, high, NOBODY]))[0]?.cells ?? 0;
}

const addHorizon = statement(
  'analytics.add_horizon',
  `insert into analytics.horizons (at, next_xid) values ($1, $2::text::xid8) on conflict (at) do nothing`,
);

// What was not begun at a moment whose transactions have all ended happens later than that moment.
const findAsOf = statement<{ asOf: Date | null }>(
  'analytics.find_as_of',
  `select max(at) - interval '1 second' as "asOf" from analytics.horizons where next_xid <= $1::text::xid8`,
);

const forgetHorizons = statement(
  'analytics.forget_horizons',
  `delete from analytics.horizons
   where at < (select max(at) from analytics.horizons where next_xid <= $1::text::xid8)`,
);

/**
 * Remembers the horizon and tells up to which moment the figures below `high` are whole: the last remembered one at which no
 * transaction from `high` on had begun, less a second for rows whose time is taken just before their transaction gets its id.
 */
export async function moveAsOf(tx: Transaction, { at, xmax }: Horizon, high: string): Promise<Date | null> {
  await tx.query(addHorizon, [at, xmax]);
  await tx.query(forgetHorizons, [high]);
  return (await tx.query(findAsOf, [high]))[0]?.asOf ?? null;
}

const moveStatement = statement(
  'analytics.move_watermark',
  `update analytics.rollup_state
   set below = $1::text::xid8, hours_below = $1::text::xid8, as_of = greatest(as_of, coalesce($2, as_of)), beat_at = clock_timestamp(), version = $3
   where name = 'facts'`,
);

export async function moveWatermark(tx: Transaction, below: string, asOf: Date | null, version: number): Promise<void> {
  await tx.query(moveStatement, [below, asOf, version]);
}

const beatStatement = statement(
  'analytics.beat',
  `update analytics.rollup_state set beat_at = clock_timestamp() where name = 'facts'`,
);

export async function beat(tx: Transaction): Promise<void> {
  await tx.query(beatStatement);
}
