import type { Transaction } from '../../database/transaction.ts';
import type { Clock } from '../../shared/clock.ts';
import { isRegion } from '../../shared/phone.ts';
import { Problem } from '../../shared/problem.ts';
import type { BonusCampaign } from './bonus-campaign.ts';
import { isClosed } from './bonus-campaign.ts';
import { insertCampaign } from './campaign-store.ts';
import { problems } from './problems.ts';

export type CreateBonusCampaign = Omit<BonusCampaign, 'createdAt' | 'defaultRegion'> & {
  readonly defaultRegion: string;
};

/**
 * Creates a campaign and its pool of coins.
 *
 * @throws Problem 409 `region-unknown`, `claim-end-passed`
 */
export async function createBonusCampaign(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  command: CreateBonusCampaign,
): Promise<BonusCampaign> {
  const { defaultRegion } = command;
  if (!isRegion(defaultRegion)) {
    throw new Problem(problems['region-unknown'], { detail: `No numbering plan is known for ${defaultRegion}.` });
  }
  const now = clock.now();
  if (isClosed(command, now)) {
    throw new Problem(problems['claim-end-passed'], { detail: 'claimUntil must lie in the future.' });
  }
  const campaign = { ...command, defaultRegion, createdAt: now };
  await insertCampaign(tx, campaign);
  return campaign;
}
