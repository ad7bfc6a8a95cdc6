import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { Problem } from '../../../shared/problem.ts';
import { captureCoins } from '../capture-coins.ts';
import { problems } from '../problems.ts';
import { insertRedemption } from './redemption-store.ts';
import { findReward, takeFromStock } from './reward-store.ts';
import type { Redemption, Reward } from './reward.ts';

export interface CreateRedemption {
  readonly id: string;
  readonly userId: string;
  readonly rewardId: string;
  /** What the person was shown. */
  readonly coins: number;
}

/**
 * Buys a reward with coins: coins, stock and redemption change together or not at all. Locks in the order of the ledger: the
 * wallet, the sink, then the reward, and that only where it is limited.
 *
 * @throws Problem 409 `reward-unavailable`, `reward-price-changed`, `insufficient-coins`
 */
export async function createRedemption(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { id, userId, rewardId, coins }: CreateRedemption,
): Promise<Redemption> {
  const reward = await findReward(tx, rewardId);
  requireOffer(reward, coins);
  const outcome = await captureCoins(tx, { userId, amount: coins, reference: id });
  if (outcome === 'insufficient') {
    throw new Problem(problems['insufficient-coins'], { detail: `The wallet holds less than ${coins} coins.` });
  }
  if (outcome !== 'captured') throw new Error(`The redemption ${id} was paid before.`);
  if (reward.stock !== null && !(await takeFromStock(tx, { id: rewardId, cost: coins }))) {
    // Somebody took the last one, or changed it, since we looked.
    requireOffer(await findReward(tx, rewardId), coins);
    throw new Problem(problems['reward-unavailable'], { detail: 'It has just changed: read it again.' });
  }
  const redemption = { id, userId, rewardId, rewardName: reward.name, coins, createdAt: clock.now(), refundedAt: null };
  await insertRedemption(tx, redemption);
  return redemption;
}

function requireOffer(reward: Reward | undefined, coins: number): asserts reward is Reward {
  if (reward === undefined || reward.retired) {
    throw new Problem(problems['reward-unavailable'], { detail: 'There is no such reward to be had.' });
  }
  if (reward.stock === 0) throw new Problem(problems['reward-unavailable'], { detail: 'The last one is gone.' });
  if (reward.cost !== coins) {
    throw new Problem(problems['reward-price-changed'], { detail: `It costs ${reward.cost} coins now.` });
  }
}
