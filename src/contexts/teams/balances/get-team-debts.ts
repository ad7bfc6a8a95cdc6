import type { TeamsDependencies } from '../dependencies.ts';
import { requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { listDebts } from './debt-store.ts';
import type { Debt } from './debt-store.ts';

/** Who owes whom in a team, pair by pair, as it came about. @throws Problem 404 */
export async function getTeamDebts({ primary }: Pick<TeamsDependencies, 'primary'>, inTeam: InTeam): Promise<Debt[]> {
  await requireMember(primary, inTeam);
  return listDebts(primary, inTeam.teamId);
}
