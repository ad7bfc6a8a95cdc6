import type { TeamsDependencies } from '../dependencies.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { findSettlement } from './settlement-store.ts';
import type { Settlement } from './settlement.ts';

/** A settlement in any state. @throws Problem 404 */
export async function getSettlement(
  { primary }: Pick<TeamsDependencies, 'primary'>,
  { teamId, userId, settlementId }: InTeam & { readonly settlementId: string },
): Promise<Settlement> {
  await requireMember(primary, { teamId, userId });
  const settlement = await findSettlement(primary, teamId, settlementId);
  if (settlement === undefined) throw notFound();
  return settlement;
}
