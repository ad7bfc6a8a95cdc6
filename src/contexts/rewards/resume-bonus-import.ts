import type { Transaction } from '../../database/transaction.ts';
import type { Enqueue } from '../../jobs/queue.ts';
import type { Clock } from '../../shared/clock.ts';
import { notFound } from '../../shared/platform-problems.ts';
import { Problem } from '../../shared/problem.ts';
import type { BonusImport } from './bonus-import.ts';
import { moveImport } from './import-progress-store.ts';
import { findImport } from './import-store.ts';
import { enqueueCrediting } from './jobs.ts';
import { problems } from './problems.ts';
import { moveChunks } from './staging-store.ts';

/**
 * Opens what was cancelled and wakes the crediting. Resuming an import that is being credited only wakes it.
 *
 * @throws Problem 404 `not-found`; 409 `import-finished`
 */
export async function resumeBonusImport(
  { tx, clock, enqueue }: { readonly tx: Transaction; readonly clock: Clock; readonly enqueue: Enqueue },
  importId: string,
): Promise<BonusImport> {
  if ((await findImport(tx, importId)) === undefined) throw notFound();
  const opened = await moveChunks(tx, importId, 'cancelled', 'open');
  const moved = await moveImport(tx, importId, opened, clock.now());
  if (!moved) throw new Problem(problems['import-finished'], { detail: 'Every line has been credited already.' });
  await enqueueCrediting(enqueue, tx, importId);
  const found = await findImport(tx, importId);
  if (found === undefined) throw notFound();
  return found;
}
