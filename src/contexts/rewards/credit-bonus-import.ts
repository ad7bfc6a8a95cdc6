import type { JobRun } from '../../jobs/queue.ts';
import { creditBonusChunk } from './credit-bonus-chunk.ts';
import type { RewardsDependencies } from './dependencies.ts';

/** Chunks that one job credits at once: while one holds the pool and its commit waits for the disk, the other inserts. */
const AT_ONCE = 2;

/**
 * Credits an import's open chunks until none is left. Several may do so at once. Stops between two chunks when the process
 * shuts down; the queue then runs the job again.
 */
export async function creditBonusImport(
  dependencies: Pick<RewardsDependencies, 'worker' | 'clock' | 'notifications' | 'observer'>,
  { importId }: { readonly importId: string },
  { signal }: Pick<JobRun, 'signal'>,
): Promise<void> {
  const creditRest = async (): Promise<void> => {
    do signal.throwIfAborted();
    while (await creditBonusChunk(dependencies, importId));
  };
  const loops = Array.from({ length: AT_ONCE }, creditRest);
  // The job ends when both have, whatever becomes of either.
  await Promise.allSettled(loops);
  await Promise.all(loops);
}
