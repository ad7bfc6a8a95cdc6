import type { TeamsDependencies } from '../dependencies.ts';
import { requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { changeNoticeChoice } from './notice-store.ts';
import type { NoticeChoice } from './notice-store.ts';

/**
 * Chooses what one is told of a team: everybody for themselves, viewers and members of archived teams too. Holds for what has not
 * left yet. Safe to repeat.
 *
 * @throws Problem 404
 */
export async function updateTeamNotices(
  { primary }: Pick<TeamsDependencies, 'primary'>,
  { teamId, userId, newExpenses }: InTeam & NoticeChoice,
): Promise<void> {
  const { memberId } = await requireMember(primary, { teamId, userId });
  await changeNoticeChoice(primary, memberId, { newExpenses });
}
