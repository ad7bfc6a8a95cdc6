import { notFound } from '../../shared/platform-problems.ts';
import { findCampaign } from './campaign-store.ts';
import type { BonusCampaignRow } from './campaign-store.ts';
import type { RewardsDependencies } from './dependencies.ts';

/** @throws Problem 404 `not-found` */
export async function getBonusCampaign(
  { primary }: Pick<RewardsDependencies, 'primary'>,
  campaignId: string,
): Promise<BonusCampaignRow> {
  const campaign = await primary.transaction((tx) => findCampaign(tx, campaignId), { readOnly: true });
  if (campaign === undefined) throw notFound();
  return campaign;
}
