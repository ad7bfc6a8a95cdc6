import type { TeamsDependencies } from '../dependencies.ts';
import { requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { listBalancesOfTeam } from './balance-store.ts';
import type { Balance } from './balance-store.ts';

/** What is not zero in a team, by currency and member. @throws Problem 404 */
export async function getTeamBalances(
  { primary }: Pick<TeamsDependencies, 'primary'>,
  inTeam: InTeam,
): Promise<Balance[]> {
  await requireMember(primary, inTeam);
  return listBalancesOfTeam(primary, inTeam.teamId);
}
