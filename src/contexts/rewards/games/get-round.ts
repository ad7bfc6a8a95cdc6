import { notFound } from '../../../shared/platform-problems.ts';
import type { RewardsDependencies } from '../dependencies.ts';
import { findRound } from './round-store.ts';
import type { Round } from './round.ts';

/** A player's own round. @throws Problem 404 `not-found` */
export async function getRound(
  { primary }: Pick<RewardsDependencies, 'primary'>,
  { userId, roundId }: { readonly userId: string; readonly roundId: string },
): Promise<Round> {
  const round = await findRound(primary, { id: roundId, userId });
  if (round === undefined) throw notFound();
  return round;
}
