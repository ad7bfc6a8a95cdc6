import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { Pool } from 'pg';
import { connect } from '../database/connect.ts';
import type { Database, Transaction } from '../database/transaction.ts';
import { statement } from '../database/transaction.ts';
import { createTestDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { createTestLog } from '../testing/log.ts';
import type { DeadLetter } from './dead-letters.ts';
import { listDeadLetters } from './dead-letters.ts';
import { enqueue } from './enqueue.ts';
import type { EnqueueOptions, Job, TaskBinding } from './queue.ts';
import { runDueJobs, startJobs } from './runner.ts';
import type { JobRunner, RunnerOptions } from './runner.ts';

/** A job as the queue shows it. */
export interface QueuedJob {
  readonly id: string;
  readonly task: string;
  readonly key: string | null;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly locked: boolean;
}

const listJobs = statement<QueuedJob>(
  'test.list_jobs',
  `select id::text, task_identifier as task, key, attempts::integer, max_attempts::integer as "maxAttempts",
     locked_by is not null as locked from graphile_worker.jobs order by jobs.id`,
);

const makeDue = statement('test.make_due', 'update graphile_worker._private_jobs set run_at = now()');

/** A database with a queue, and runners that end with the test. */
export class Queue {
  readonly lines: Record<string, unknown>[];
  readonly #log = createTestLog();
  readonly #runners = new Set<JobRunner>();
  readonly #pools = new Set<Database>();
  #test: TestDatabase | undefined;

  constructor() {
    this.lines = this.#log.lines;
  }

  async open(): Promise<void> {
    this.#test = await createTestDatabase();
  }

  get test(): TestDatabase {
    if (this.#test === undefined) throw new Error('The queue is not open yet.');
    return this.#test;
  }

  /** What a runner needs, with connections of its own. */
  surroundings(): Pick<RunnerOptions, 'pool' | 'database' | 'log'> {
    return { pool: this.ownerPool(), database: this.test.database, log: this.#log.log };
  }

  ownerPool(): Pool {
    const database = connect({ url: this.test.url, name: 'test jobs', size: 12, statementTimeout: 0 });
    this.#pools.add(database);
    return database.pool;
  }

  async start(bindings: readonly TaskBinding[], options: Partial<RunnerOptions> = {}): Promise<JobRunner> {
    const given = await startJobs({ ...this.surroundings(), bindings, schedule: [], concurrency: 4, ...options });
    const runner: JobRunner = {
      stop: () => {
        this.#runners.delete(runner);
        return given.stop();
      },
    };
    this.#runners.add(runner);
    return runner;
  }

  async runDue(bindings: readonly TaskBinding[]): Promise<void> {
    const { pool, ...rest } = this.surroundings();
    await runDueJobs({ ...rest, pool, bindings });
  }

  async add<Payload extends object>(job: Job<Payload>, payload: Payload, options?: EnqueueOptions): Promise<void> {
    await this.test.database.transaction((tx: Transaction) => enqueue(tx, job, payload, options));
  }

  /** Ends the waits before further attempts. */
  async makeDue(): Promise<void> {
    await this.test.owner.query(makeDue);
  }

  list(): Promise<QueuedJob[]> {
    return this.test.owner.query(listJobs);
  }

  deadLetters(): Promise<DeadLetter[]> {
    return listDeadLetters(this.test.database, { task: null, reason: null, redriven: null, after: null, limit: 100 });
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#runners].map((runner) => runner.stop()));
    await Promise.all([...this.#pools].map((database) => database.close()));
    this.#pools.clear();
  }

  async close(): Promise<void> {
    await this.#test?.close();
  }
}

/** One queue per test file; runners stop after each test and jobs are forgotten. */
export function useQueue(): Queue {
  const queue = new Queue();
  beforeAll(() => queue.open());
  afterEach(async () => {
    await queue.stopAll();
    await queue.test.owner.query(
      statement('test.forget', 'truncate graphile_worker._private_jobs, platform.dead_letters'),
    );
  });
  afterAll(() => queue.close());
  return queue;
}
