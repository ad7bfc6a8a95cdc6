import type { Transaction } from '../../../database/transaction.ts';
import { enqueue } from '../../../jobs/enqueue.ts';
import { defineJob } from '../../../jobs/queue.ts';

/** Says only "go on with this campaign": the rows hold the work, so a lost or doubled job is harmless. */
export const runCampaignJob = defineJob<{ readonly campaignId: string }>('runCampaign');
export const resumeCampaignsJob = defineJob<Record<string, never>>('resumeCampaigns');

/** Runs for each `user.phone_verified` and `user.email_verified`. */
export const recordRecipientJob = defineJob<{ readonly userId: string }>('recordRecipient');
/** Runs for each `user.deleted`. */
export const eraseRecipientJob = defineJob<{ readonly userId: string }>('eraseRecipient');
export const recordChangedRecipientsJob = defineJob<Record<string, never>>('recordChangedRecipients');
export const recordAllRecipientsJob = defineJob<Record<string, never>>('recordAllRecipients');

/** One job per campaign: adding it again wakes a fresh one, also beside one that a killed process left locked. */
export async function enqueueCampaign(tx: Transaction, campaignId: string, runAt?: Date): Promise<void> {
  const key = `runCampaign:${campaignId}`;
  await enqueue(tx, runCampaignJob, { campaignId }, runAt === undefined ? { key } : { key, runAt });
}
