import { pageOf } from '../../shared/cursor.ts';
import type { Page } from '../../shared/cursor.ts';
import type { RewardsDependencies } from './dependencies.ts';
import { listEntries } from './ledger-store.ts';
import type { WalletEntry } from './ledger-store.ts';

/** A user's ledger entries, the newest first. @throws Problem 400 `invalid-cursor`, also for another user's cursor */
export async function listWalletEntries(
  { primary, cursors }: Pick<RewardsDependencies, 'primary' | 'cursors'>,
  { userId, limit, cursor }: { readonly userId: string; readonly limit: number; readonly cursor: string | undefined },
): Promise<Page<WalletEntry>> {
  const scope = { operation: 'listWalletEntries', filters: { userId } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await listEntries(primary, userId, { after, limit: limit + 1 });
  return pageOf(rows, limit, ({ id }) => cursors.encode(scope, { key: null, id: String(id) }));
}
