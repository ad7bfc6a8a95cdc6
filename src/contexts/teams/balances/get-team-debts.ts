import type { TeamsDependencies } from '../dependencies.ts';
import { requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { listDebts } from './debt-store.ts';
import type { Debt } from './debt-store.ts';

/** Milliseconds: 100,000 expenses take one to two seconds, more than reports usually get. */
const PATIENCE = 5_000;

/** Who owes whom in a team, pair by pair, as it came about. @throws Problem 404 */
export async function getTeamDebts(
  { primary, reporting }: Pick<TeamsDependencies, 'primary' | 'reporting'>,
  inTeam: InTeam,
): Promise<Debt[]> {
  await requireMember(primary, inTeam);
  return reporting.transaction((tx) => listDebts(tx, inTeam.teamId), { readOnly: true, statementTimeout: PATIENCE });
}
