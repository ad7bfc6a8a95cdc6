import type { Transaction } from '../database/transaction.ts';

/** A kind of job and the shape of its payload. The name is the use case it runs: `creditBonusImport`. */
export interface Job<Payload extends object> {
  readonly name: string;
  /** Never set: carries the payload type. */
  readonly payload?: Payload;
}

/** @example export const creditBonusImportJob = defineJob<{ importId: string }>('creditBonusImport'); */
export function defineJob<Payload extends object>(name: string): Job<Payload> {
  return { name };
}

export interface EnqueueOptions {
  /** Jobs with one key are one job: adding it again replaces the waiting one (and starts afresh beside a dead one). */
  readonly key?: string;
  /** Not before this moment. Default: at once. */
  readonly runAt?: Date;
  /** Total tries before it becomes a dead letter. Default 8 (about 29 minutes of waits). */
  readonly maxAttempts?: number;
  /** Smaller runs first. Default 0. */
  readonly priority?: number;
}

/** What a running task is told about itself. */
export interface JobRun {
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Aborts when the process shuts down: pass it to every long call and stop at the next safe point. */
  readonly signal: AbortSignal;
  /** The request or job that caused this one, for logs and vendor calls. */
  readonly correlationId: string;
}

/** Runs one job. It may run again after any step, in another process: it must be safe to repeat. */
export type Task<Payload extends object> = (payload: Payload, run: JobRun) => Promise<void>;

/** A job bound to the task that runs it. */
export interface TaskBinding {
  readonly name: string;
  readonly task: Task<never>;
  readonly lane: Lane;
}

/**
 * Each lane has a runner of its own, so that bulk work can delay neither a one-time code (`otp`) nor the figures of the
 * dashboard (`rollup`).
 */
export type Lane = 'default' | 'otp' | 'rollup';

export function bindTask<Payload extends object>(
  job: Job<Payload>,
  task: Task<Payload>,
  lane: Lane = 'default',
): TaskBinding {
  return { name: job.name, task, lane };
}

/** Adds a job in the caller's transaction: it exists if and only if that transaction commits. */
export type Enqueue = <Payload extends object>(
  tx: Transaction,
  job: Job<Payload>,
  payload: Payload,
  options?: EnqueueOptions,
) => Promise<void>;

/** A job that a clock enqueues, once per tick however many processes run. */
export interface ScheduledJob {
  readonly job: Job<Record<string, never>>;
  /** Five cron fields in UTC, minute first: `30 3 * * *` is 03:30 every day. */
  readonly cron: string;
}
