import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { planTransfers, unpairedOf } from './plan-transfers.ts';
import type { Net, TransferPlan } from './plan-transfers.ts';

/** More than so many take longer than a request thread may: 1 ms for 16, up to 50 for 20. */
const MOST_ON_REQUEST_THREAD = 16;

/** One after another: many at once would take the cores from everybody. */
let last: Promise<unknown> = Promise.resolve();

/** As `planTransfers`, in a thread of its own when it would hold others up. */
export async function planBeside(nets: readonly Net[]): Promise<TransferPlan> {
  if (unpairedOf(nets) <= MOST_ON_REQUEST_THREAD) return planTransfers(nets);
  const plan = last.then(() => planInThread(nets));
  last = plan.catch(() => undefined);
  return plan;
}

async function planInThread(nets: readonly Net[]): Promise<TransferPlan> {
  const worker = new Worker(new URL('plan-thread.ts', import.meta.url), { workerData: nets });
  try {
    const [plan] = (await once(worker, 'message')) as [TransferPlan];
    return plan;
  } finally {
    await worker.terminate();
  }
}
