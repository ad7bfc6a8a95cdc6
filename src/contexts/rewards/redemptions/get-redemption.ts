import { notFound } from '../../../shared/platform-problems.ts';
import type { RewardsDependencies } from '../dependencies.ts';
import { findRedemption } from './redemption-store.ts';
import type { Redemption } from './reward.ts';

/** A person's own redemption. @throws Problem 404 `not-found` */
export async function getRedemption(
  { primary }: Pick<RewardsDependencies, 'primary'>,
  { userId, redemptionId }: { readonly userId: string; readonly redemptionId: string },
): Promise<Redemption> {
  const redemption = await findRedemption(primary, { id: redemptionId, userId });
  if (redemption === undefined) throw notFound();
  return redemption;
}
