import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { insertReward } from './reward-store.ts';
import type { NewReward } from './reward-store.ts';
import type { Reward } from './reward.ts';

/** Offers something for coins from now on. */
export async function createReward(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  reward: Omit<NewReward, 'createdAt'>,
): Promise<Reward> {
  return insertReward(tx, { ...reward, createdAt: clock.now() });
}
