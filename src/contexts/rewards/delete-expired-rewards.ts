import { statement } from '../../database/transaction.ts';
import type { Database } from '../../database/transaction.ts';
import type { RewardsDependencies } from './dependencies.ts';
import { erasePlayer, listLatePlayers } from './games/erase-player.ts';
import { forgetErasedMembers } from './member-store.ts';

/** Rows per statement. */
const BATCH = 5_000;

const deleteRowsStatement = statement<{ gone: number }>(
  'rewards.delete_expired_rows',
  `with old as (
     select r.import_id, r.line from rewards.bonus_imports i join rewards.bonus_rows r on r.import_id = i.id
     where i.finished_at < $1::timestamptz - make_interval(days => $2) limit $3),
   gone as (
     delete from rewards.bonus_rows r using old where r.import_id = old.import_id and r.line = old.line returning 1)
   select count(*) as gone from gone`,
);

const deletePollsStatement = statement<{ gone: number }>(
  'rewards.delete_expired_source_polls',
  `with old as (
     select id from rewards.bonus_source_polls where ended_at < $1::timestamptz - make_interval(days => $2) limit $3),
   gone as (delete from rewards.bonus_source_polls p using old where p.id = old.id returning 1)
   select count(*) as gone from gone`,
);

/**
 * Forgets the refused lines of imports that finished long ago, old records of looks at sources, and the last traces of erased members. Safe to repeat and to
 * die at any step.
 */
export async function deleteExpiredRewards(
  { worker, clock, refusedLinesDays }: Pick<RewardsDependencies, 'worker' | 'clock' | 'refusedLinesDays'>,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  await forgetErasedMembers(worker);
  await eraseLatePlayers(worker, signal);
  for (const deletion of [deleteRowsStatement, deletePollsStatement]) {
    for (let gone = BATCH; gone === BATCH;) {
      signal.throwIfAborted();
      const [answer] = await worker.query(deletion, [clock.now(), refusedLinesDays, BATCH]);
      gone = answer?.gone ?? 0;
    }
  }
}

/** Erased people per transaction. */
const PEOPLE = 100;

async function eraseLatePlayers(worker: Database, signal: AbortSignal): Promise<void> {
  for (let erased = PEOPLE; erased === PEOPLE;) {
    signal.throwIfAborted();
    erased = await worker.transaction(async (tx) => {
      const userIds = await listLatePlayers(tx, PEOPLE);
      for (const userId of userIds) await erasePlayer(tx, userId);
      return userIds.length;
    });
  }
}
