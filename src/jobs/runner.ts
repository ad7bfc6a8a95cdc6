import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger as QueueLogger, parseCronItems, run, runOnce } from 'graphile-worker';
import type { Runner, RunnerOptions as QueueOptions, WorkerEvents } from 'graphile-worker';
import type { Pool } from 'pg';
import { createBusyJobs } from './busy-jobs.ts';
import { patientPool } from './patient-pool.ts';
import { openPresence } from './presence.ts';
import type { Presence } from './presence.ts';
import type { Lane, ScheduledJob, TaskBinding } from './queue.ts';
import { startRecovery } from './recover-jobs.ts';
import type { RecoveryOptions } from './recover-jobs.ts';
import { toTaskList, usualPatience } from './run-task.ts';
import type { TaskSurroundings } from './run-task.ts';

/** The pool has rights on the job schema; it needs a connection per lane and one more beside those of running jobs. */
export interface RunnerOptions extends Omit<TaskSurroundings, 'busy'> {
  readonly bindings: readonly TaskBinding[];
  readonly schedule: readonly ScheduledJob[];
  /** Jobs at once in the default lane. */
  readonly concurrency: number;
  /** Milliseconds that running jobs get to end in peace when the runner stops. Default `usualGrace`. */
  readonly grace?: number;
  readonly recovery?: Pick<RecoveryOptions, 'interval' | 'age'>;
}

/** Milliseconds; see `RunnerOptions.grace`. */
const usualGrace = 10_000;

/** A runner with usual settings has stopped after so many milliseconds at most. */
export const jobStopMilliseconds = usualGrace + usualPatience + 1_000;

export interface JobRunner {
  /**
   * Takes no further job and lets running ones end within the grace; then aborts their signal and puts those back that
   * stop, or that lose its patience. Returns at the latest a moment after that: without the database the queue would wait.
   */
  stop(): Promise<void>;
}

/**
 * Starts one runner per lane: bulk work in one can never delay a one-time code in the other, as priorities would behind
 * prefetched jobs. Jobs are not prefetched (`localQueue`), nor is there a named queue: both stay locked for four hours
 * when a process is killed (measured; docs/decisions/0009).
 */
export async function startJobs(options: RunnerOptions): Promise<JobRunner> {
  const busy = createBusyJobs();
  const presence = await openPresence(options.pool);
  const patient = patientPool(options.pool);
  const runners: Runner[] = [];
  const stopRunners = async (): Promise<void> => {
    patient.end();
    await Promise.all(runners.map((runner) => runner.stop()));
    await patient.settled();
    await presence.end();
  };
  try {
    for (const lane of ['default', 'otp', 'rollup'] as const) {
      const bindings = options.bindings.filter((binding) => binding.lane === lane);
      if (bindings.length > 0)
        runners.push(await startLane(lane, bindings, { ...options, busy }, presence, patient.pool));
    }
  } catch (error) {
    await stopRunners();
    throw error;
  }
  const recovery = startRecovery({
    pool: options.pool,
    log: options.log,
    own: () => ({ workers: presence.workers, busy: busy.ids() }),
    ...options.recovery,
  });
  const limit = (options.grace ?? usualGrace) + (options.patience ?? usualPatience) + 1_000;
  return {
    stop: async () => {
      await Promise.race([
        // Together: a worker would take another job while the last look for lost ones ends.
        Promise.all([stopRunners(), recovery.end()]),
        pause(limit, undefined, { ref: false }).then(() => {
          options.log.warn('the queue did not stop in time and is left as it is');
        }),
      ]);
    },
  };
}

async function startLane(
  lane: Lane,
  bindings: readonly TaskBinding[],
  options: RunnerOptions & TaskSurroundings,
  presence: Presence,
  pool: Pool,
): Promise<Runner> {
  return run({
    ...queueOptions(options, bindings, presence, pool),
    parsedCronItems: cronItems(options.schedule, new Set(bindings.map(({ name }) => name))),
    concurrency: { default: options.concurrency, otp: 2, rollup: 1 }[lane],
    gracefulShutdownAbortTimeout: options.grace ?? usualGrace,
  });
}

function queueOptions(
  surroundings: TaskSurroundings,
  bindings: readonly TaskBinding[],
  presence: Presence,
  pool: Pool,
): QueueOptions {
  const { log } = surroundings;
  const events: WorkerEvents = new EventEmitter();
  let announced: Promise<void> | undefined;
  events.on('pool:create', ({ workerPool }) => {
    announced = presence.announce(workerPool.id);
    // Whoever runs a job waits for it and hears of a failure.
    announced.catch(() => undefined);
  });
  const tasks = Object.entries(toTaskList(bindings, surroundings));
  return {
    pgPool: pool,
    taskList: Object.fromEntries(
      tasks.map(([name, task]) => [
        name,
        async (payload, helpers) => {
          // Nobody may take this worker for dead while it works.
          await announced;
          return task?.(payload, helpers);
        },
      ]),
    ),
    events,
    // The process has one owner of signals (main.ts); two would race each other through the drain.
    noHandleSignals: true,
    logger: new QueueLogger(() => (level, message, about) => {
      // Failed tasks are logged by run-task.ts with the ids of the job.
      if (about['failure'] !== true) log[level === 'error' ? 'warn' : 'debug']({ from: 'queue' }, message);
    }),
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
        // A tick whose predecessor still waits replaces it: schedules never pile up behind an outage. Three attempts
        // bridge what passes in half a minute; what fails every minute is not a new dead letter each time.
        options: { jobKey: `cron:${job.name}`, maxAttempts: 3 },
      })),
  );
}

/** Runs what is due until nothing is, and gives up the process to no one: for tests and one-off commands. */
export async function runDueJobs(
  options: Omit<TaskSurroundings, 'busy'> & Pick<RunnerOptions, 'bindings'>,
): Promise<void> {
  const presence = await openPresence(options.pool);
  const patient = patientPool(options.pool);
  try {
    await runOnce(queueOptions({ ...options, busy: createBusyJobs() }, options.bindings, presence, patient.pool));
    await patient.settled();
  } finally {
    await presence.end();
  }
}
