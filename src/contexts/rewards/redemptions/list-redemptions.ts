import { pageOf } from '../../../shared/cursor.ts';
import type { Page } from '../../../shared/cursor.ts';
import type { RewardsDependencies } from '../dependencies.ts';
import { listRedemptionRows } from './redemption-store.ts';
import type { Redemption } from './reward.ts';

/** What a person bought, the newest first. @throws Problem 400 `invalid-cursor`, also for another person's cursor */
export async function listRedemptions(
  { primary, cursors }: Pick<RewardsDependencies, 'primary' | 'cursors'>,
  { userId, limit, cursor }: { readonly userId: string; readonly limit: number; readonly cursor: string | undefined },
): Promise<Page<Redemption>> {
  const scope = { operation: 'listRedemptions', filters: { userId } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await listRedemptionRows(primary, userId, { after, limit: limit + 1 });
  return pageOf(rows, limit, ({ sortKey, id }) => cursors.encode(scope, { key: sortKey, id }));
}
