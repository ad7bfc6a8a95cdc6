import { pageOf } from '../../../shared/cursor.ts';
import type { Page } from '../../../shared/cursor.ts';
import type { RewardsDependencies } from '../dependencies.ts';
import { listUserRedemptionRows } from './user-redemption-store.ts';
import type { RedemptionFilters, UserRedemption } from './user-redemption-store.ts';

/** What people bought, the newest first; for staff. @throws Problem 400 `invalid-cursor`, also for one of other filters */
export async function listUserRedemptions(
  { primary, cursors }: Pick<RewardsDependencies, 'primary' | 'cursors'>,
  { limit, cursor, ...filters }: RedemptionFilters & { readonly limit: number; readonly cursor: string | undefined },
): Promise<Page<UserRedemption>> {
  const scope = { operation: 'listUserRedemptions', filters: { ...filters } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await listUserRedemptionRows(primary, filters, { after, limit: limit + 1 });
  return pageOf(rows, limit, ({ sortKey, id }) => cursors.encode(scope, { key: sortKey, id }));
}
