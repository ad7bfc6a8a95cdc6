import { pageOf } from '../../shared/cursor.ts';
import type { Page } from '../../shared/cursor.ts';
import { listCampaigns } from './campaign-store.ts';
import type { BonusCampaignRow } from './campaign-store.ts';
import type { RewardsDependencies } from './dependencies.ts';

const scope = { operation: 'listBonusCampaigns' };

/** The newest first. @throws Problem 400 `invalid-cursor` */
export async function listBonusCampaigns(
  { primary, cursors }: Pick<RewardsDependencies, 'primary' | 'cursors'>,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
): Promise<Page<BonusCampaignRow>> {
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await primary.transaction((tx) => listCampaigns(tx, { limit: limit + 1, after }), { readOnly: true });
  return pageOf(rows, limit, ({ sortKey, id }) => cursors.encode(scope, { key: sortKey, id }));
}
