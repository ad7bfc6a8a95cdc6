import type { Database } from '../database/transaction.ts';
import { statement } from '../database/transaction.ts';
import { defineJob } from '../jobs/queue.ts';

export const purgeIdempotencyKeysJob = defineJob<Record<string, never>>('purgeIdempotencyKeys');

const purgeAnswers = statement<{ scope: Buffer }>(
  'platform.purge_idempotency_keys',
  `delete from platform.idempotency_keys where scope in (
     select scope from platform.idempotency_keys where expires_at <= clock_timestamp()
     order by expires_at limit $1 for update skip locked
   ) returning scope`,
);
const purgeCounters = statement(
  'platform.purge_rate_limits',
  'delete from platform.rate_limits where expire < (extract(epoch from clock_timestamp()) * 1000)::bigint',
);

const batch = 5_000;

/** Deletes answers whose retention is over, in small batches, and rate-limit counters of windows that have ended. */
export async function purgeIdempotencyKeys(database: Database, signal: AbortSignal): Promise<void> {
  let deleted = batch;
  while (deleted === batch && !signal.aborted) {
    deleted = (await database.query(purgeAnswers, [batch])).length;
  }
  await database.query(purgeCounters);
}
