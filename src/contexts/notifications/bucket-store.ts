import { statement } from '../../database/transaction.ts';
import type { Queryable } from '../../database/transaction.ts';
import type { Bucket } from './provider.ts';

// The clock is the database's, read after the row lock is held: processes with different clocks share one bucket. Nobody
// waits for the disk: what a crash of PostgreSQL forgets is tokens of its last moments, and senders come back later than that.
const take = statement<{ taken: boolean; wait: number }>(
  'notifications.take_tokens',
  `with unhurried as materialized (select set_config('synchronous_commit', 'off', true)
   ), held as materialized (
     select key, tokens, refilled_at, paused_until from notifications.send_buckets, unhurried where key = $1 for update of send_buckets
   ), level as materialized (
     select key, now, greatest(extract(epoch from paused_until - now), 0) as pause,
       least($2::float8, tokens + $3::float8 * greatest(extract(epoch from now - refilled_at), 0)) as tokens
     from held, lateral (select greatest(clock_timestamp(), refilled_at) as now) t
   ), taken as (
     update notifications.send_buckets b set tokens = level.tokens - $4::int, refilled_at = level.now, granted = $4::int
     from level where b.key = level.key and level.tokens >= $4::int and level.pause = 0
     returning b.key
   )
   select exists (select from taken) as taken,
     ceil(1000 * greatest(pause, ($4::int - tokens) / $3::float8))::int as wait
   from level`,
);

const create = statement(
  'notifications.create_bucket',
  `insert into notifications.send_buckets (key, tokens, refilled_at, granted) values ($1, $2, clock_timestamp(), 0)
   on conflict (key) do nothing`,
);

/**
 * Takes exactly `count` tokens or none. Spend them at once: a token that waits breaks the promise of the rate.
 *
 * @returns 0 when taken, else the milliseconds after which another try makes sense
 */
export async function takeTokens(database: Queryable, bucket: Bucket, count: number): Promise<number> {
  const values = [bucket.key, bucket.capacity, bucket.perSecond, count];
  let [row] = await database.query(take, values);
  if (row === undefined) {
    await database.query(create, [bucket.key, bucket.capacity]);
    [row] = await database.query(take, values);
  }
  if (row === undefined) throw new Error(`The send bucket ${bucket.key} has vanished.`);
  return row.taken ? 0 : Math.max(1, row.wait);
}

const pause = statement(
  'notifications.pause_bucket',
  `update notifications.send_buckets set paused_until =
     greatest(paused_until, clock_timestamp() + make_interval(secs => $2::float8)) where key = $1`,
);

/** Nothing leaves through this bucket for that long, from any process. A longer pause in force stays. */
export async function pauseBucket(queryable: Queryable, key: string, seconds: number): Promise<void> {
  await queryable.query(pause, [key, seconds]);
}

const pauses = statement<{ key: string; wait: number }>(
  'notifications.read_pauses',
  `select key, ceil(1000 * extract(epoch from paused_until - clock_timestamp()))::int as wait
   from notifications.send_buckets where key = any ($1) and paused_until > clock_timestamp()`,
);

/** @returns the milliseconds each paused bucket stays paused; buckets that are open are absent */
export async function readPauses(queryable: Queryable, keys: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await queryable.query(pauses, [keys]);
  return new Map(rows.map((row) => [row.key, row.wait]));
}
