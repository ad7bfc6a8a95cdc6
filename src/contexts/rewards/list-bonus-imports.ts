import { pageOf } from '../../shared/cursor.ts';
import type { Page } from '../../shared/cursor.ts';
import { summariseMessages } from './bonus-import.ts';
import type { ImportProgress } from './bonus-import.ts';
import type { RewardsDependencies } from './dependencies.ts';
import { getBonusCampaign } from './get-bonus-campaign.ts';
import { listImports } from './import-store.ts';

export interface ListBonusImports {
  readonly campaignId: string;
  readonly sha256: string | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** A campaign's imports, the newest first. @throws Problem 400 `invalid-cursor`; 404 `not-found` */
export async function listBonusImports(
  dependencies: Pick<RewardsDependencies, 'primary' | 'cursors' | 'notifications'>,
  { campaignId, sha256, limit, cursor }: ListBonusImports,
): Promise<Page<ImportProgress>> {
  const { primary, cursors, notifications } = dependencies;
  const scope = { operation: 'listBonusImports', filters: { campaignId, sha256 } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  await getBonusCampaign(dependencies, campaignId);
  const rows = await listImports(primary, { campaignId, sha256, after, limit: limit + 1 });
  const page = pageOf(rows, limit, ({ sortKey, id }) => cursors.encode(scope, { key: sortKey, id }));
  const countsOf = await notifications.countGroups(
    primary,
    page.items.map(({ id }) => id),
  );
  const items = page.items.map((found) => ({ import: found, messages: summariseMessages(countsOf(found.id)) }));
  return { items, nextCursor: page.nextCursor };
}
