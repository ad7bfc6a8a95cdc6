import type { RewardsDependencies } from '../dependencies.ts';
import { enqueueSourceImport } from '../jobs.ts';
import { listSourceStates } from './source-store.ts';

/** Enqueues a look at every configured source that is not being left alone after failures. */
export async function importBonusSources({
  worker,
  clock,
  enqueue,
  sources,
}: Pick<RewardsDependencies, 'worker' | 'clock' | 'enqueue' | 'sources'>): Promise<void> {
  if (sources.length === 0) return;
  const states = await listSourceStates(
    worker,
    sources.map(({ name }) => name),
  );
  const now = clock.now();
  await worker.transaction(async (tx) => {
    for (const { name } of sources) {
      const retryAt = states.get(name)?.retryAt ?? now;
      if (retryAt <= now) await enqueueSourceImport(enqueue, tx, name);
    }
  });
}
