import { pageOf } from '../../../shared/cursor.ts';
import type { Page } from '../../../shared/cursor.ts';
import type { RewardsDependencies } from '../dependencies.ts';
import { listRewardRows } from './reward-store.ts';
import type { Reward } from './reward.ts';

export interface ListRewards {
  readonly retired: boolean;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** What there is to be had, or was; the newest first. @throws Problem 400 `invalid-cursor` */
export async function listRewards(
  { primary, cursors }: Pick<RewardsDependencies, 'primary' | 'cursors'>,
  { retired, limit, cursor }: ListRewards,
): Promise<Page<Reward>> {
  const scope = { operation: 'listRewards', filters: { retired } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await listRewardRows(primary, retired, { after, limit: limit + 1 });
  return pageOf(rows, limit, ({ sortKey, id }) => cursors.encode(scope, { key: sortKey, id }));
}
