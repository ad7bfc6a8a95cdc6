import type { Transaction } from '../../database/transaction.ts';
import { enqueue } from '../../jobs/enqueue.ts';
import { defineJob } from '../../jobs/queue.ts';
import type { ErasedPerson } from './erase-traces.ts';

export const publishSandboxReportsJob = defineJob<Record<string, never>>('publishSandboxReports');

/** Runs for each `user.deleted`. */
export const eraseTracesJob = defineJob<ErasedPerson>('eraseTraces');

export const deleteExpiredTracesJob = defineJob<Record<string, never>>('deleteExpiredTraces');

/** Enqueues a look at the due reports; all that are due within one second share it. */
export async function enqueueSandboxReports(tx: Transaction, dueAt: Date): Promise<void> {
  const second = Math.ceil(dueAt.getTime() / 1000);
  await enqueue(tx, publishSandboxReportsJob, {}, { key: `sandbox-reports:${second}`, runAt: new Date(second * 1000) });
}
