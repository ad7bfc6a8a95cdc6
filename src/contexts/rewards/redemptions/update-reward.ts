import type { Transaction } from '../../../database/transaction.ts';
import { requireMatch } from '../../../shared/etag.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { changeReward, lockReward } from './reward-store.ts';
import type { Reward } from './reward.ts';

export interface RewardChange {
  readonly rewardId: string;
  readonly ifMatch: string | undefined;
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly cost: number | undefined;
  /** Undefined leaves it, null lifts the limit. */
  readonly stock: number | null | undefined;
  readonly retired: boolean | undefined;
}

/**
 * Changes a reward. What was bought before stays what it was.
 *
 * @throws Problem 404, 412, 428
 */
export async function updateReward(
  tx: Transaction,
  { rewardId, ifMatch, ...change }: RewardChange,
): Promise<{ readonly before: Reward; readonly after: Reward }> {
  const before = await lockReward(tx, rewardId);
  if (before === undefined) throw notFound();
  requireMatch(ifMatch, before.version);
  const wanted = {
    id: rewardId,
    name: change.name ?? before.name,
    description: change.description ?? before.description,
    cost: change.cost ?? before.cost,
    stock: change.stock === undefined ? before.stock : change.stock,
    retired: change.retired ?? before.retired,
  };
  const same = (['name', 'description', 'cost', 'stock', 'retired'] as const).every(
    (key) => wanted[key] === before[key],
  );
  if (same) return { before, after: before };
  return { before, after: (await changeReward(tx, wanted)) ?? before };
}
