import type { Pool } from 'pg';
import type { Queryable } from '../database/transaction.ts';
import { statement } from '../database/transaction.ts';

/** One task's job that has been ready for longest, and for how many seconds. */
export interface OldestReadyJob {
  readonly task: string;
  readonly seconds: number;
}

// On the queue's own tables, as queue-locks.ts has the rest: graphile-worker has no function for it. It reads no more than
// the jobs that are ready now.
const oldestReady = `
  select task.identifier as task, extract(epoch from clock_timestamp() - oldest.run_at)::float8 as seconds
  from (
    select task_id, min(run_at) as run_at from graphile_worker._private_jobs
    where is_available and run_at <= now() group by task_id
  ) as oldest join graphile_worker._private_tasks as task on task.id = oldest.task_id`;

/**
 * What waits although it could run: a job that waits for its next attempt or for its time is not ready.
 * @param pool - has rights on the job schema.
 * @returns tasks without a ready job are left out.
 */
export async function findOldestReadyJobs(pool: Pool): Promise<OldestReadyJob[]> {
  const { rows } = await pool.query<OldestReadyJob>(oldestReady);
  return rows;
}

const countOpen = statement<{ task: string; count: number }>(
  'platform.count_open_dead_letters',
  'select task, count(*)::integer as count from platform.dead_letters where redriven_at is null group by task',
);

/** How many dead letters wait for a person. @returns tasks without one are left out. */
export async function countOpenDeadLetters(database: Queryable): Promise<{ task: string; count: number }[]> {
  return database.query(countOpen, []);
}
