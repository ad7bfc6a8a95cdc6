import { notFound } from '../../../shared/platform-problems.ts';
import type { RewardsDependencies } from '../dependencies.ts';
import { findReward } from './reward-store.ts';
import type { Reward } from './reward.ts';

/** @throws Problem 404 `not-found` */
export async function getReward(
  { primary }: Pick<RewardsDependencies, 'primary'>,
  { rewardId }: { readonly rewardId: string },
): Promise<Reward> {
  const reward = await findReward(primary, rewardId);
  if (reward === undefined) throw notFound();
  return reward;
}
