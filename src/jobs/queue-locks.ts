import type { Pool } from 'pg';
import { presenceLock } from './presence.ts';

// With backlog.ts the only SQL on the queue's own tables. graphile-worker has no function that gives one job back or that
// asks whether a worker lives, and its own remedy is to wait four hours; the version is pinned, and jobs.test.ts proves each
// statement.

// A stopping queue may have given up on the job just before: it is unlocked then, and counts as failed. Whoever took it
// since has raised `attempts`.
const giveBack = `
  update graphile_worker._private_jobs
  set attempts = greatest(0, attempts - 1), locked_at = null, locked_by = null, run_at = least(run_at, now())
  where id = $1 and attempts = $4 and (locked_by = $2 or locked_by is null) and ($3::text is null or key = $3)`;

// A fresh job with the same key takes the key away from the one that runs.
const isStillWanted = `
  select 1 from graphile_worker._private_jobs where id = $1 and ($2::text is null or key = $2)`;

/**
 * Puts a job that its worker did not finish back as it was before, without using up an attempt. One that somebody else
 * has unlocked meanwhile is back already.
 * @returns false when there is nothing to put back: a fresh job with the same key has replaced it. Only then may the job
 *   end as done, because the queue deletes a done job whoever holds it by now.
 */
export async function giveJobBack(
  pool: Pool,
  job: {
    readonly id: string;
    readonly attempts: number;
    readonly locked_by: string | null;
    readonly key: string | null;
  },
): Promise<boolean> {
  const { rowCount } = await pool.query(giveBack, [job.id, job.locked_by, job.key, job.attempts]);
  if (rowCount === 1) return true;
  const wanted = await pool.query(isStillWanted, [job.id, job.key]);
  return wanted.rowCount === 1;
}

const unlock = `
  with worker as materialized (
    select name, pg_try_advisory_xact_lock(${presenceLock('name')}) as gone
    from (
      select distinct locked_by as name from graphile_worker._private_jobs
      where locked_at < now() - make_interval(secs => $1) and locked_by <> all($2::text[])
    ) as strangers
  )
  update graphile_worker._private_jobs set locked_at = null, locked_by = null
  where locked_at < now() - make_interval(secs => $1)
    and (locked_by in (select name from worker where gone) or (locked_by = any($2) and id <> all($3::bigint[])))`;

/** What one process knows of its own workers. */
export interface OwnWork {
  readonly workers: readonly string[];
  /** The jobs in the hands of these workers. */
  readonly busy: readonly string[];
}

/**
 * Frees jobs whose worker is gone, and jobs of our own workers that none of them knows of (their answer was lost with a
 * connection). Such a job has used up its attempt.
 * @param age - seconds since it was taken, at least: a worker just born has not announced itself yet.
 * @returns how many are free again.
 */
export async function unlockLostJobs(pool: Pool, own: OwnWork, age: number): Promise<number> {
  const { rowCount } = await pool.query(unlock, [age, own.workers, own.busy]);
  return rowCount ?? 0;
}

const bury = `
  with exhausted as materialized (
    select job.id, task.identifier as task
    from graphile_worker._private_jobs as job join graphile_worker._private_tasks as task on task.id = job.task_id
    where job.locked_at is null and job.attempts >= job.max_attempts
    order by job.id limit 500 for update of job skip locked
  ), removed as (
    delete from graphile_worker._private_jobs as job using exhausted where job.id = exhausted.id
    returning exhausted.task, coalesce(job.key, job.id::text) as ref, job.attempts, job.payload,
      -- Enqueued under a key that is gone: a fresh job took it over, and this one has nothing left to do.
      job.key is null and (job.payload -> 'key' is not null or job.payload -> '_cron' is not null) as replaced
  )
  insert into platform.dead_letters (id, task, ref, reason, payload, attempts, first_failed_at, last_failed_at)
  select uuidv7(), task, left(ref, 200), $1, coalesce(payload -> 'payload', '{}'), attempts, now(), now()
  from removed where not replaced order by task, ref
  on conflict (task, ref) where redriven_at is null do update
    set reason = excluded.reason, payload = excluded.payload, attempts = dead_letters.attempts + excluded.attempts,
        last_failed_at = excluded.last_failed_at`;

const unseenEnd = 'The process that ran it died, or could not write down how the last attempt ended.';

/**
 * Makes dead letters of jobs that have no attempt left and that nobody is running: those whose last run ended unseen.
 * Without this they would stay in the queue for ever, unseen by people and in the way of every search for work.
 * @returns how many.
 */
export async function buryExhaustedJobs(pool: Pool): Promise<number> {
  const { rowCount } = await pool.query(bury, [unseenEnd]);
  return rowCount ?? 0;
}
