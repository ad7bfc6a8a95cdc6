import { SpanKind } from '@opentelemetry/api';
import type { JobHelpers, Task as GraphileTask, TaskList } from 'graphile-worker';
import type { Pool } from 'pg';
import type { Database } from '../database/transaction.ts';
import { newId } from '../shared/id.ts';
import { withCorrelation } from '../telemetry/correlation.ts';
import type { ReportError } from '../telemetry/error-reports.ts';
import type { Logger } from '../telemetry/logs.ts';
import { maskText } from '../telemetry/redaction.ts';
import { parseTraceparent } from '../telemetry/traceparent.ts';
import { beginTrace, decideSampling, failSpan } from '../telemetry/tracing.ts';
import type { BusyJobs } from './busy-jobs.ts';
import { recordDeadLetters } from './dead-letters.ts';
import { unwrap } from './envelope.ts';
import type { JobRun, Task, TaskBinding } from './queue.ts';
import { giveJobBack } from './queue-locks.ts';

/** `interrupted`: the process is stopping and the job went back; it did not fail. */
export type JobOutcome = 'done' | 'failed' | 'dead' | 'interrupted';

export interface JobObserver {
  /** Told once per run of a job: how it ended and how long it took, in seconds. */
  finished(name: string, outcome: JobOutcome, seconds: number): void;
}

/** Milliseconds; see `TaskSurroundings.patience`. */
export const usualPatience = 5_000;

export interface TaskSurroundings {
  /** The queue's own connections. */
  readonly pool: Pool;
  readonly database: Database;
  readonly log: Logger;
  readonly busy: BusyJobs;
  readonly observer?: JobObserver;
  /** Told of the last failure of each job. Default: nobody is. */
  readonly reportError?: ReportError;
  /**
   * Milliseconds that a task gets to reach a safe point after its signal aborted; then its job is put back while it may
   * still run, for the process is about to end. Default `usualPatience`.
   */
  readonly patience?: number;
}

/** The tasks as graphile-worker runs them: a task that throws is a failed attempt, one that returns is done. */
export function toTaskList(bindings: readonly TaskBinding[], surroundings: TaskSurroundings): TaskList {
  return Object.fromEntries(bindings.map((binding) => [binding.name, toTask(binding, surroundings)]));
}

function toTask(binding: TaskBinding, surroundings: TaskSurroundings): GraphileTask {
  const task = binding.task as Task<object>;
  return async (stored: unknown, helpers: JobHelpers) => {
    const { payload, correlationId, traceparent } = unwrap(stored);
    const requestId = newId();
    const run: JobRun = {
      attempt: helpers.job.attempts,
      maxAttempts: helpers.job.max_attempts,
      signal: helpers.abortSignal,
      correlationId: correlationId ?? requestId,
    };
    const parent = parseTraceparent(traceparent);
    const trace = beginTrace({
      name: binding.name,
      kind: SpanKind.CONSUMER,
      parent,
      // Whoever enqueued it has decided; what the clock enqueued begins a trace.
      sampled: parent === null ? decideSampling(null) : parent.sampled,
      attributes: { 'messaging.system': 'graphile-worker', 'messaging.destination.name': binding.name },
      requestId,
    });
    const context = {
      requestId,
      correlationId: run.correlationId,
      operation: binding.name,
      traceparent: trace.traceparent,
      ...(trace.span === undefined ? {} : { span: trace.span }),
    };
    const started = performance.now();
    const finished = (outcome: JobOutcome): void =>
      surroundings.observer?.finished(binding.name, outcome, (performance.now() - started) / 1000);
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-conversion -- our connections read bigint as a number
    const job = { ...helpers.job, id: String(helpers.job.id) };
    await withCorrelation(context, async () => {
      surroundings.busy.begin(job.id);
      try {
        // A worker may have been fetching while the process began to stop: what it fetched goes back untouched.
        run.signal.throwIfAborted();
        await untilPatienceEnds(task(payload, run), run.signal, surroundings.patience ?? usualPatience);
        finished('done');
      } catch (error) {
        if (trace.span !== undefined) failSpan(trace.span, error);
        await endAttempt({ ...surroundings, name: binding.name, payload, run, job, error, finished });
      } finally {
        surroundings.busy.end(job.id);
        trace.span?.end();
      }
    });
  };
}

/** Waits for the task, but not for ever once the process stops: one that does not hear its signal is left behind. */
async function untilPatienceEnds(running: Promise<void>, signal: AbortSignal, patience: number): Promise<void> {
  const settled = new AbortController();
  const patienceEnds = new Promise<never>((_resolve, reject) => {
    const wait = (): void => {
      const timer = setTimeout(() => reject(new Error('The task did not stop when it was asked to.')), patience);
      settled.signal.addEventListener('abort', () => clearTimeout(timer));
    };
    if (signal.aborted) wait();
    else signal.addEventListener('abort', wait, { once: true, signal: settled.signal });
  });
  try {
    await Promise.race([running, patienceEnds]);
  } finally {
    settled.abort();
  }
}

interface FailedAttempt extends TaskSurroundings {
  readonly name: string;
  readonly payload: object;
  readonly run: JobRun;
  readonly job: JobHelpers['job'];
  readonly error: unknown;
  readonly finished: (outcome: JobOutcome) => void;
}

/** Returns when the job has ended for good, as a dead letter or replaced by a fresh one; throws when it stays. */
async function endAttempt(attempt: FailedAttempt): Promise<void> {
  const { name, run, job, error, log, finished } = attempt;
  const about = { job: name, attempt: run.attempt, maxAttempts: run.maxAttempts, error };
  const reason = describe(error);
  if (run.signal.aborted) {
    // A shutdown is no failure. The queue finds the job already given back and leaves it as it is.
    finished('interrupted');
    if (await giveJobBack(attempt.pool, job)) throw new Error('interrupted and put back');
    return;
  }
  if (run.attempt < run.maxAttempts) {
    log.warn(about, 'job failed and will be tried again');
    finished('failed');
    throw new Error(reason);
  }
  attempt.reportError?.(error, { job: name });
  // Exhausted jobs slow the queue down for good, so the last failure becomes a dead letter and the job ends.
  const letter = { task: name, ref: job.key ?? job.id, reason, payload: attempt.payload, attempts: run.attempt };
  try {
    await recordDeadLetters(attempt.database, [letter]);
    log.error(about, 'job failed for good and is now a dead letter');
  } catch (failure) {
    // It stays in the queue without an attempt left; recover-jobs.ts makes the dead letter.
    log.error({ ...about, failure: describe(failure) }, 'job failed for good and its dead letter could not be written');
    throw new Error(reason, { cause: failure });
  } finally {
    finished('dead');
  }
}

/**
 * What the database may keep of an error: no personal data, and no U+0000, which it refuses. The queue writes the message
 * of a failed attempt down without waiting for the answer, so a refusal there would end the process (measured, 0.18).
 */
function describe(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return maskText(text.replaceAll('\0', ''));
}
