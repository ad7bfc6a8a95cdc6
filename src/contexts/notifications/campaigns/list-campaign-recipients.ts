import type { Database } from '../../../database/transaction.ts';
import { pageOf } from '../../../shared/cursor.ts';
import type { Cursors, Page } from '../../../shared/cursor.ts';
import { listRecipients } from './campaign-recipient-store.ts';
import type { ListedRecipient } from './campaign-recipient-store.ts';
import { getNotificationCampaign } from './get-notification-campaign.ts';

export interface RecipientQuery {
  readonly campaignId: string;
  readonly state: ListedRecipient['state'] | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** One page of a campaign's frozen audience. @throws Problem 400 `invalid-cursor`; 404 `not-found` */
export async function listCampaignRecipients(
  { database, cursors }: { readonly database: Database; readonly cursors: Cursors },
  { campaignId, state, limit, cursor }: RecipientQuery,
): Promise<Page<ListedRecipient>> {
  const scope = { operation: 'listCampaignRecipients', filters: { campaignId, state } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  await getNotificationCampaign(database, campaignId);
  const rows = await listRecipients(database, campaignId, { state, after: after?.id, limit: limit + 1 });
  return pageOf(rows, limit, ({ recipientId }) => cursors.encode(scope, { key: null, id: recipientId }));
}
