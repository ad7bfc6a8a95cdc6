import { Logger as QueueLogger, parseCronItems, run, runOnce } from 'graphile-worker';
import type { Runner, TaskList } from 'graphile-worker';
import type { Pool } from 'pg';
import type { Logger } from '../telemetry/logs.ts';
import type { ScheduledJob, TaskBinding } from './queue.ts';
import { toTaskList } from './run-task.ts';
import type { TaskSurroundings } from './run-task.ts';

export interface RunnerOptions extends TaskSurroundings {
  /** Connections with rights on the job schema; the queue keeps one for notifications per lane. */
  readonly pool: Pool;
  readonly bindings: readonly TaskBinding[];
  readonly schedule: readonly ScheduledJob[];
  /** Jobs at once in the default lane. */
  readonly concurrency: number;
}

export interface JobRunner {
  /** Takes no further job, lets running ones end within the grace, then aborts their signal. */
  stop(): Promise<void>;
}

/** Running jobs may end in peace for so long; then their signal aborts and they stop at the next safe point. */
const graceMilliseconds = 10_000;

/**
 * Starts one runner per lane: bulk work in one can never delay a one-time code in the other, as priorities would behind
 * prefetched jobs. Jobs are not prefetched (`localQueue`), nor is there a named queue: both stay locked for four hours
 * when a process is killed (measured; docs/architecture.md).
 */
export async function startJobs(options: RunnerOptions): Promise<JobRunner> {
  const lanes = (['default', 'otp'] as const).map((lane) => ({
    lane,
    bindings: options.bindings.filter((binding) => binding.lane === lane),
  }));
  const runners: Runner[] = [];
  for (const { lane, bindings } of lanes) {
    if (bindings.length === 0) continue;
    runners.push(
      await run({
        pgPool: options.pool,
        taskList: toTaskList(bindings, options),
        parsedCronItems: cronItems(options.schedule, new Set(bindings.map(({ name }) => name))),
        concurrency: lane === 'otp' ? 2 : options.concurrency,
        // The process has one owner of signals (main.ts); two would race each other through the drain.
        noHandleSignals: true,
        gracefulShutdownAbortTimeout: graceMilliseconds,
        logger: queueLogger(options.log),
      }),
    );
  }
  return {
    stop: async () => {
      await Promise.all(runners.map((runner) => runner.stop()));
    },
  };
}

function cronItems(schedule: readonly ScheduledJob[], names: ReadonlySet<string>): ReturnType<typeof parseCronItems> {
  return parseCronItems(
    schedule
      .filter(({ job }) => names.has(job.name))
      .map(({ job, cron }) => ({
        task: job.name,
        match: cron,
        identifier: job.name,
        // A tick whose predecessor still waits replaces it: schedules never pile up behind an outage.
        options: { jobKey: `cron:${job.name}`, maxAttempts: 1 },
      })),
  );
}

/** Runs what is due until nothing is, and gives up the process to no one: for tests and one-off commands. */
export async function runDueJobs(options: Omit<RunnerOptions, 'schedule' | 'concurrency'>): Promise<void> {
  const taskList: TaskList = toTaskList(options.bindings, options);
  await runOnce({ pgPool: options.pool, taskList, noHandleSignals: true, logger: queueLogger(options.log) });
}

function queueLogger(log: Logger): QueueLogger {
  return new QueueLogger(() => (level, message) => {
    // The queue's own "failed task" errors are logged by run-task.ts with the ids of the job.
    const quieter = level === 'error' ? 'warn' : 'debug';
    log[quieter]({ from: 'queue' }, message);
  });
}
