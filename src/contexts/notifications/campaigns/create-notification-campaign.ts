import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { enqueueCampaign } from './campaign-jobs.ts';
import { findCampaign, insertCampaign } from './campaign-store.ts';
import { findPublishedVersion } from './campaign-template.ts';
import { requireFittingVariables } from './campaign-variables.ts';
import type { Campaign, CampaignPlan } from './campaign.ts';

/**
 * Plans a campaign. Its audience is chosen when its time comes, not now; a time that has passed is now.
 *
 * @throws Problem 409 `template-not-published`, `template-values-invalid`, `channel-not-trackable`
 */
export async function createNotificationCampaign(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  plan: CampaignPlan & { readonly createdBy: string },
): Promise<Campaign> {
  const template = await findPublishedVersion(tx, plan);
  if (template?.channel !== plan.channel) {
    throw new Problem(problems['template-not-published'], {
      detail: `There is no published version ${plan.templateVersion} of ${plan.templateKey} for ${plan.channel}.`,
    });
  }
  if (plan.tracking && plan.channel !== 'email') {
    throw new Problem(problems['channel-not-trackable'], { detail: 'Opens and clicks are counted in e-mails only.' });
  }
  requireFittingVariables(template.variables, plan);
  await insertCampaign(tx, { ...plan, createdAt: clock.now() });
  await enqueueCampaign(tx, plan.id, plan.scheduledAt);
  const campaign = await findCampaign(tx, plan.id);
  if (campaign === undefined) throw new Error('an inserted campaign is not there');
  return campaign;
}
