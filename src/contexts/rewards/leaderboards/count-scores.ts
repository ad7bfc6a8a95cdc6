import { statement } from '../../../database/transaction.ts';
import type { Transaction } from '../../../database/transaction.ts';
import type { RewardsDependencies } from '../dependencies.ts';

/** Entries per transaction: their players wait that long when they play at this moment. */
const BATCH = 1_000;

const lockStatement = statement(
  'rewards.lock_histogram',
  `select pg_advisory_xact_lock(hashtextextended('rewards.score_histogram', 0))`,
);

/** Makes the transaction the only one that changes what the histogram counts. */
export async function lockHistogram(tx: Transaction): Promise<void> {
  await tx.query(lockStatement);
}

const countStatement = statement<{ counted: number }>(
  'rewards.count_scores',
  `with moved as materialized (
     select board, period_start, user_id, bucket, counted_bucket from rewards.leaderboard_entries
     where bucket is distinct from counted_bucket limit $1 for update skip locked),
   marked as (
     update rewards.leaderboard_entries e set counted_bucket = m.bucket from moved m
     where (e.board, e.period_start, e.user_id) = (m.board, m.period_start, m.user_id)),
   counted as (
     merge into rewards.score_histogram h using (
       select board, period_start, at, sum(change) as change from (
         select board, period_start, bucket as at, 1 as change from moved
         union all
         select board, period_start, counted_bucket, -1 from moved where counted_bucket is not null) changes
       group by board, period_start, at) c
     on (h.board, h.period_start, h.bucket) = (c.board, c.period_start, c.at)
     when matched then update set n = h.n + c.change
     when not matched then insert (board, period_start, bucket, n) values (c.board, c.period_start, c.at, c.change)
     returning h.n)
   select count(*) as counted from moved`,
);

/**
 * Brings the histograms up to date with the boards. Ranks are exact without it; it only keeps them fast. Safe to repeat, to
 * run twice at once and to die after any statement.
 */
export async function countScores(
  { worker }: Pick<RewardsDependencies, 'worker'>,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  for (let counted = BATCH; counted === BATCH;) {
    signal.throwIfAborted();
    counted = await worker.transaction(async (tx) => {
      await lockHistogram(tx);
      const [row] = await tx.query(countStatement, [BATCH]);
      return row?.counted ?? 0;
    });
  }
}
