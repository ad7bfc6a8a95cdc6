import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { Problem } from '../../../shared/problem.ts';
import { recordHistory } from '../history/history-store.ts';
import { problems } from '../problems.ts';
import { getTeam } from './get-team.ts';
import { insertMember } from './member-store.ts';
import { requireMember, requireWriter } from './require-member.ts';
import type { InTeam } from './require-member.ts';
import { lockTeam, touchTeam } from './team-store.ts';
import { MOST_MEMBERS } from './team.ts';
import type { TeamView } from './team.ts';

export interface CreateTeamMember extends InTeam {
  /** Of the new member. */
  readonly id: string;
  readonly name: string;
}

/**
 * Adds somebody without an account.
 *
 * @throws Problem 404; 403 `team-role-insufficient`; 409 `team-archived`, `team-full`
 */
export async function createTeamMember(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { teamId, userId, id, name }: CreateTeamMember,
): Promise<TeamView> {
  await requireMember(tx, { teamId, userId });
  await lockTeam(tx, teamId);
  const { memberId: actorId } = await requireWriter(tx, { teamId, userId });
  requireRoom(await getTeam(tx, { teamId, userId }));
  await insertMember(tx, teamId, { id, userId: null, name, role: 'member', joinedAt: clock.now() });
  await touchTeam(tx, teamId);
  await recordHistory(tx, { teamId, actorId }, { action: 'member-added', subject: 'member', subjectId: id });
  return getTeam(tx, { teamId, userId });
}

/** To be asked under the team's lock. @throws Problem 409 `team-full` */
export function requireRoom({ members }: Pick<TeamView, 'members'>): void {
  if (members.length < MOST_MEMBERS) return;
  throw new Problem(problems['team-full'], {
    detail: `A team has at most ${MOST_MEMBERS} members, former ones included.`,
  });
}
