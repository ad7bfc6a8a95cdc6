import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { Problem } from '../../../shared/problem.ts';
import { SINK } from '../capture-coins.ts';
import { insertPostings } from '../ledger-store.ts';
import { problems } from '../problems.ts';
import { isRedemption, markRefunded } from './redemption-store.ts';
import { returnToStock } from './reward-store.ts';
import type { Redemption } from './reward.ts';

export interface RefundRedemption {
  readonly redemptionId: string;
  /** Who decides it. */
  readonly refundedBy: string;
}

/**
 * Gives the coins of a redemption back, once, and puts the reward back where it is limited.
 *
 * @throws Problem 404 `not-found`; 409 `redemption-refunded`
 */
export async function refundRedemption(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { redemptionId, refundedBy }: RefundRedemption,
): Promise<Redemption> {
  const redemption = await markRefunded(tx, { id: redemptionId, at: clock.now(), by: refundedBy });
  if (redemption === undefined) {
    if (!(await isRedemption(tx, redemptionId))) throw notFound();
    throw new Problem(problems['redemption-refunded'], { detail: 'Its coins were given back before.' });
  }
  const { userId, coins, rewardId } = redemption;
  await insertPostings(tx, 'refund', [{ reference: redemptionId, from: SINK, to: userId, amount: coins }]);
  await returnToStock(tx, rewardId);
  return redemption;
}
