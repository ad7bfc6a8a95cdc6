import { setTimeout as pause } from 'node:timers/promises';
import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { countOpenDeadLetters, findOldestReadyJobs } from '../jobs/backlog.ts';
import type { TaskBinding } from '../jobs/queue.ts';
import type { Logger } from '../telemetry/logs.ts';
import type { Pools } from './pools.ts';

export interface BacklogOptions {
  readonly registry: Registry;
  readonly pools: Pick<Pools, 'jobs' | 'primary'>;
  /** Every task of the installation, hosted here or not: what nobody runs must be seen too. */
  readonly bindings: readonly Pick<TaskBinding, 'name' | 'lane'>[];
  readonly log: Logger;
}

/** Milliseconds that reading the metrics waits for the database; less than a supervisor waits for its processes. */
const PATIENCE = 500;

/**
 * What waits in the database, looked up when somebody reads the metrics. All processes see the same, so that several have
 * the highest value and not the sum. Without the database the series are left out; the metrics are answered all the same.
 */
export function observeBacklog({ registry, pools, bindings, log }: BacklogOptions): void {
  const lanes = new Map(bindings.map(({ name, lane }) => [name, lane]));
  const findOldest = onceAtATime(() => findOldestReadyJobs(pools.jobs), 'oldest ready jobs', log);
  const countLetters = onceAtATime(() => countOpenDeadLetters(pools.primary), 'open dead letters', log);
  new Gauge({
    name: 'portico_job_oldest_ready_seconds',
    help: 'How long the oldest job has been ready that nobody has begun; 0 is none.',
    labelNames: ['lane', 'task'],
    aggregator: 'max',
    registers: [registry],
    async collect() {
      const oldest = await findOldest();
      this.reset();
      if (oldest === undefined) return;
      for (const [task, lane] of lanes) this.set({ lane, task }, 0);
      for (const { task, seconds } of oldest) this.set({ lane: lanes.get(task) ?? 'default', task }, seconds);
    },
  });
  new Gauge({
    name: 'portico_dead_letters_open',
    help: 'Jobs that failed for good and wait for a person.',
    labelNames: ['task'],
    aggregator: 'max',
    registers: [registry],
    async collect() {
      const counts = await countLetters();
      this.reset();
      if (counts === undefined) return;
      for (const task of lanes.keys()) this.set({ task }, 0);
      for (const { task, count } of counts) this.set({ task }, count);
    },
  });
}

/**
 * Asks the database with patience. However many read at once, and however slow the database is, one question is under way.
 * @returns undefined when there is no answer in time. Never rejects.
 */
function onceAtATime<T>(ask: () => Promise<T>, what: string, log: Logger): () => Promise<T | undefined> {
  let asking: Promise<T | undefined> | undefined;
  return async () => {
    asking ??= ask()
      .catch((error: unknown) => {
        log.warn({ error, what }, 'a metric could not be looked up');
        return undefined;
      })
      .finally(() => {
        asking = undefined;
      });
    return Promise.race([asking, pause(PATIENCE, undefined, { ref: false })]);
  };
}
