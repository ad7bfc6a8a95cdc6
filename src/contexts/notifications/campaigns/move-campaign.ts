import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { lockCampaign } from './campaign-store.ts';
import type { Campaign, CampaignState } from './campaign.ts';

export interface MoveDependencies {
  readonly tx: Transaction;
  readonly clock: Clock;
}

/**
 * Holds a campaign that is in one of these states; nobody makes messages of it until the transaction ends.
 *
 * @throws Problem 404 `not-found`; 409 `campaign-ended`
 */
export async function lockOpenCampaign(
  { tx }: MoveDependencies,
  id: string,
): Promise<Campaign & { readonly state: Exclude<CampaignState, 'finished' | 'cancelled'> }> {
  const campaign = await lockCampaign(tx, id);
  if (campaign === undefined) throw notFound();
  const { state } = campaign;
  if (state === 'finished' || state === 'cancelled') {
    throw new Problem(problems['campaign-ended'], { detail: `It is ${state}.` });
  }
  return { ...campaign, state };
}
