import { SpanKind } from '@opentelemetry/api';
import type { JobHelpers, Task as GraphileTask, TaskList } from 'graphile-worker';
import type { Database } from '../database/transaction.ts';
import { newId } from '../shared/id.ts';
import { withCorrelation } from '../telemetry/correlation.ts';
import type { Logger } from '../telemetry/logs.ts';
import { beginTrace, failSpan, parseTraceparent } from '../telemetry/tracing.ts';
import { recordDeadLetters } from './dead-letters.ts';
import { enqueue } from './enqueue.ts';
import { unwrap } from './envelope.ts';
import type { JobRun, Task, TaskBinding } from './queue.ts';

export interface JobObserver {
  /** Told once per run of a job: how it ended and how long it took, in seconds. */
  finished(name: string, outcome: 'done' | 'failed' | 'dead' | 'interrupted', seconds: number): void;
}

export interface TaskSurroundings {
  readonly database: Database;
  readonly log: Logger;
  readonly observer?: JobObserver;
}

/** The tasks as graphile-worker runs them. */
export function toTaskList(bindings: readonly TaskBinding[], surroundings: TaskSurroundings): TaskList {
  return Object.fromEntries(bindings.map((binding) => [binding.name, toTask(binding, surroundings)]));
}

function toTask(binding: TaskBinding, { database, log, observer }: TaskSurroundings): GraphileTask {
  const task = binding.task as Task<object>;
  return async (stored: unknown, helpers: JobHelpers) => {
    const { payload, correlationId, traceparent } = unwrap(stored);
    const requestId = newId();
    const parent = parseTraceparent(traceparent);
    const trace = beginTrace({
      name: binding.name,
      kind: SpanKind.CONSUMER,
      parent,
      sampled: parent?.sampled ?? false,
      attributes: { 'messaging.system': 'graphile-worker', 'messaging.destination.name': binding.name },
      requestId,
    });
    const run: JobRun = {
      attempt: helpers.job.attempts,
      maxAttempts: helpers.job.max_attempts,
      signal: helpers.abortSignal,
      correlationId: correlationId ?? requestId,
    };
    const started = performance.now();
    const finished = (outcome: 'done' | 'failed' | 'dead' | 'interrupted'): void =>
      observer?.finished(binding.name, outcome, (performance.now() - started) / 1000);
    const context = {
      requestId,
      correlationId: run.correlationId,
      traceparent: trace.traceparent,
      ...(trace.span === undefined ? {} : { span: trace.span }),
    };
    await withCorrelation(context, async () => {
      try {
        await task(payload, run);
        finished('done');
      } catch (error) {
        if (trace.span !== undefined) failSpan(trace.span, error);
        const about = { job: binding.name, attempt: run.attempt, maxAttempts: run.maxAttempts, error };
        if (run.signal.aborted) {
          // A shutdown is no failure: the job goes back as it was and does not use up an attempt.
          await again(payload);
          finished('interrupted');
          return;
        }
        if (run.attempt < run.maxAttempts) {
          log.warn(about, 'job failed and will be tried again');
          finished('failed');
          throw error;
        }
        // Exhausted jobs slow the queue down for good, so the last failure becomes a dead letter and the job ends.
        await recordDeadLetters(database, [
          {
            task: binding.name,
            ref: helpers.job.key ?? helpers.job.id,
            reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
            payload,
            attempts: run.attempt,
          },
        ]);
        log.error(about, 'job failed for good and is now a dead letter');
        finished('dead');
      } finally {
        trace.span?.end();
      }
    });

    async function again(waiting: object): Promise<void> {
      const { key, max_attempts: maxAttempts, priority } = helpers.job;
      await database.transaction((tx) =>
        enqueue(tx, binding, waiting, { maxAttempts, priority, ...(key === null ? {} : { key }) }),
      );
    }
  };
}
