import type { JobRun } from '../../jobs/queue.ts';
import { creditBonusChunk } from './credit-bonus-chunk.ts';
import type { RewardsDependencies } from './dependencies.ts';

/**
 * Credits an import's open chunks one after the other until none is left. Several may do so at once. Stops between two
 * chunks when the process shuts down; the queue then runs the job again.
 */
export async function creditBonusImport(
  dependencies: Pick<RewardsDependencies, 'worker' | 'clock' | 'notifications' | 'observer'>,
  { importId }: { readonly importId: string },
  { signal }: Pick<JobRun, 'signal'>,
): Promise<void> {
  do signal.throwIfAborted();
  while (await creditBonusChunk(dependencies, importId));
}
