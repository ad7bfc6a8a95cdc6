import type { Database } from '../../../database/transaction.ts';
import type { MessageCounts } from '../message.ts';
import { readGroupCounts } from '../queue-store.ts';
import type { Campaign } from './campaign.ts';
import { sumEngagement } from './engagement-store.ts';
import type { Engagement } from './engagement-store.ts';
import { getNotificationCampaign } from './get-notification-campaign.ts';

export interface CampaignReport {
  readonly campaign: Campaign;
  /** Messages by state. */
  readonly messages: MessageCounts;
  readonly engagement: Engagement;
}

/** A campaign, the states of its messages and what was opened and clicked, at one moment. @throws Problem 404 `not-found` */
export async function getCampaignReport(
  { database }: { readonly database: Database },
  id: string,
): Promise<CampaignReport> {
  return database.transaction(
    async (tx) => ({
      campaign: await getNotificationCampaign(tx, id),
      messages: (await readGroupCounts(tx, [id]))(id),
      engagement: await sumEngagement(tx, id),
    }),
    { readOnly: true, isolation: 'repeatable read' },
  );
}
