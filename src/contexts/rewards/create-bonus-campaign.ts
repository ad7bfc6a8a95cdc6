import type { Transaction } from '../../database/transaction.ts';
import type { Clock } from '../../shared/clock.ts';
import { isRegion } from '../../shared/phone.ts';
import { Problem } from '../../shared/problem.ts';
import type { BonusCampaign } from './bonus-campaign.ts';
import { isClosed, messageOf, valuesOf } from './bonus-campaign.ts';
import { insertCampaign } from './campaign-store.ts';
import type { RewardsDependencies } from './dependencies.ts';
import { problems } from './problems.ts';

export type CreateBonusCampaign = Omit<BonusCampaign, 'createdAt' | 'defaultRegion'> & {
  readonly defaultRegion: string;
};

/** What every SMS vendor takes in one message; the narrowest takes this much. */
const LONGEST_MESSAGE = 900;

/**
 * Creates a campaign and its pool of coins.
 *
 * @throws Problem 409 `region-unknown`, `claim-end-passed`, `message-too-long`, `template-not-published`,
 *   `template-values-invalid`
 */
export async function createBonusCampaign(
  {
    tx,
    clock,
    notifications,
  }: { readonly tx: Transaction; readonly clock: Clock } & Pick<RewardsDependencies, 'notifications'>,
  command: CreateBonusCampaign,
): Promise<BonusCampaign> {
  const { defaultRegion, smsTemplate } = command;
  if (!isRegion(defaultRegion)) {
    throw new Problem(problems['region-unknown'], { detail: `No numbering plan is known for ${defaultRegion}.` });
  }
  const now = clock.now();
  if (isClosed(command, now)) {
    throw new Problem(problems['claim-end-passed'], { detail: 'claimUntil must lie in the future.' });
  }
  const { length } = messageOf(command);
  if (length > LONGEST_MESSAGE) {
    throw new Problem(problems['message-too-long'], {
      detail: `Filled in, the message has ${length} characters; at most ${LONGEST_MESSAGE} are sent.`,
    });
  }
  if (smsTemplate !== null) {
    await notifications.requireSmsTemplate(tx, { ...smsTemplate, values: valuesOf(command) });
  }
  const campaign = { ...command, defaultRegion, createdAt: now };
  await insertCampaign(tx, campaign);
  return campaign;
}
