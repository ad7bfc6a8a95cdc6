import { enqueueCampaign } from './campaign-jobs.ts';
import { setCampaignState } from './campaign-store.ts';
import type { Campaign } from './campaign.ts';
import { lockOpenCampaign } from './move-campaign.ts';
import type { MoveDependencies } from './move-campaign.ts';

/**
 * Lets a paused campaign go on where it stood: with its frozen audience, or by its schedule if that was not chosen yet. One
 * that is not paused is only woken.
 *
 * @throws Problem 404 `not-found`; 409 `campaign-ended`
 */
export async function resumeNotificationCampaign(dependencies: MoveDependencies, id: string): Promise<Campaign> {
  const { tx } = dependencies;
  const campaign = await lockOpenCampaign(dependencies, id);
  const state = campaign.frozenAt === null ? 'scheduled' : 'running';
  const resumed = campaign.state === 'paused' ? await setCampaignState(tx, id, state, null) : campaign;
  await enqueueCampaign(tx, id, resumed.state === 'scheduled' ? resumed.scheduledAt : undefined);
  return resumed;
}
