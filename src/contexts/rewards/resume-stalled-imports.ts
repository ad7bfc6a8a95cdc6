import type { RewardsDependencies } from './dependencies.ts';
import { listStalledImports } from './import-store.ts';
import { enqueueCrediting } from './jobs.ts';

/** A chunk takes well under a second; nothing for so long means that nobody is working. */
const STALLED_MILLISECONDS = 20_000;

/** Wakes imports whose worker died: its job stays locked for hours, so a fresh one takes its place. */
export async function resumeStalledImports({
  worker,
  clock,
  enqueue,
}: Pick<RewardsDependencies, 'worker' | 'clock' | 'enqueue'>): Promise<void> {
  await worker.transaction(async (tx) => {
    const stalled = await listStalledImports(tx, new Date(clock.now().getTime() - STALLED_MILLISECONDS));
    for (const importId of stalled) await enqueueCrediting(enqueue, tx, importId);
  });
}
