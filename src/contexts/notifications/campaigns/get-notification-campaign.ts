import type { Queryable } from '../../../database/transaction.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { findCampaign } from './campaign-store.ts';
import type { Campaign } from './campaign.ts';

/** @throws Problem 404 `not-found` */
export async function getNotificationCampaign(queryable: Queryable, id: string): Promise<Campaign> {
  const campaign = await findCampaign(queryable, id);
  if (campaign === undefined) throw notFound();
  return campaign;
}
