import { setCampaignState } from './campaign-store.ts';
import type { Campaign } from './campaign.ts';
import { lockOpenCampaign } from './move-campaign.ts';
import type { MoveDependencies } from './move-campaign.ts';

/**
 * Pauses a campaign: once this commits none of its messages is claimed any more; those being sent end. Pausing twice is
 * pausing once.
 *
 * @throws Problem 404 `not-found`; 409 `campaign-ended`
 */
export async function pauseNotificationCampaign(dependencies: MoveDependencies, id: string): Promise<Campaign> {
  const campaign = await lockOpenCampaign(dependencies, id);
  return campaign.state === 'paused' ? campaign : setCampaignState(dependencies.tx, id, 'paused', null);
}
