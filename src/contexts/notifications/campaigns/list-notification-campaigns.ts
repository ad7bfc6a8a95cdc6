import type { Database } from '../../../database/transaction.ts';
import { pageOf } from '../../../shared/cursor.ts';
import type { Cursors, Page } from '../../../shared/cursor.ts';
import { listCampaigns } from './campaign-store.ts';
import type { Campaign, CampaignState } from './campaign.ts';

/** One page of campaigns, the newest first. @throws Problem 400 `invalid-cursor` */
export async function listNotificationCampaigns(
  { database, cursors }: { readonly database: Database; readonly cursors: Cursors },
  query: { readonly state: CampaignState | undefined; readonly limit: number; readonly cursor: string | undefined },
): Promise<Page<Campaign>> {
  const { state, limit, cursor } = query;
  const scope = { operation: 'listNotificationCampaigns', filters: { state } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await listCampaigns(database, { state, after, limit: limit + 1 });
  return pageOf(rows, limit, ({ sortKey, id }) => cursors.encode(scope, { key: sortKey, id }));
}
