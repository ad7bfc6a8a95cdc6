import type { Transaction } from '../../database/transaction.ts';
import type { Clock } from '../../shared/clock.ts';
import { notFound } from '../../shared/platform-problems.ts';
import { Problem } from '../../shared/problem.ts';
import type { BonusImport } from './bonus-import.ts';
import { moveImport } from './import-progress-store.ts';
import { findImport } from './import-store.ts';
import { problems } from './problems.ts';
import { moveChunks } from './staging-store.ts';

/**
 * Cancels what is still open. Waits for chunks being credited right now; after the commit nothing more is. Coins and
 * messages already given stay given. Repeating it changes nothing.
 *
 * @throws Problem 404 `not-found`; 409 `import-finished`
 */
export async function cancelBonusImport(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  importId: string,
): Promise<BonusImport> {
  if ((await findImport(tx, importId)) === undefined) throw notFound();
  const cancelled = await moveChunks(tx, importId, 'open', 'cancelled');
  const moved = await moveImport(tx, importId, -cancelled, clock.now());
  if (!moved) throw new Problem(problems['import-finished'], { detail: 'Every line has been credited already.' });
  const found = await findImport(tx, importId);
  if (found === undefined) throw notFound();
  return found;
}
