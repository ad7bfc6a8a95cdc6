import { statement } from '../database/transaction.ts';
import { wrap } from './envelope.ts';
import type { Enqueue } from './queue.ts';

const enqueueJob = statement('platform.enqueue_job', 'select platform.enqueue_job($1, $2, $3, $4, $5, $6)');

const defaultMaxAttempts = 8;

/** Adds a job in the caller's transaction (see `Enqueue`). */
export const enqueue: Enqueue = async (tx, job, payload, options = {}) => {
  await tx.query(enqueueJob, [
    job.name,
    JSON.stringify(wrap(payload, options.key)),
    options.key ?? null,
    options.runAt ?? null,
    options.maxAttempts ?? defaultMaxAttempts,
    options.priority ?? 0,
  ]);
};
