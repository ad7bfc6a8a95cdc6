import { cancelQueued } from '../queue-store.ts';
import { setCampaignState } from './campaign-store.ts';
import type { Campaign } from './campaign.ts';
import { lockOpenCampaign } from './move-campaign.ts';
import type { MoveDependencies } from './move-campaign.ts';

/**
 * Ends a campaign: once this commits, no message of it begins to be sent. Those being sent end as they may; recipients who
 * had no message never get one.
 *
 * @throws Problem 404 `not-found`; 409 `campaign-ended`
 */
export async function cancelNotificationCampaign(dependencies: MoveDependencies, id: string): Promise<Campaign> {
  const { tx, clock } = dependencies;
  await lockOpenCampaign(dependencies, id);
  const cancelled = await setCampaignState(tx, id, 'cancelled', clock.now());
  // After the state: a claim that sees this campaign open has locked its messages, and is waited for here.
  await cancelQueued(tx, id, clock.now());
  return cancelled;
}
