import type { Transaction } from '../../../database/transaction.ts';
import { requireMatch } from '../../../shared/etag.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { deleteFlagRow, lockFlag } from './flag-store.ts';

/** Removes a flag with its exposures: what the code says applies from then on. @throws Problem 404, 412, 428 */
export async function deleteFlag(
  tx: Transaction,
  { key, ifMatch }: { readonly key: string; readonly ifMatch: string | undefined },
): Promise<void> {
  const found = await lockFlag(tx, key);
  if (found === undefined) throw notFound();
  requireMatch(ifMatch, found.version);
  await deleteFlagRow(tx, key);
}
