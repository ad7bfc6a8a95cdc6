import type { TeamsDependencies } from '../dependencies.ts';
import { requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { findNoticeChoice } from './notice-store.ts';
import type { NoticeChoice } from './notice-store.ts';

/** What the caller is told of a team. @throws Problem 404 */
export async function getTeamNotices(
  { primary }: Pick<TeamsDependencies, 'primary'>,
  inTeam: InTeam,
): Promise<NoticeChoice> {
  const { memberId } = await requireMember(primary, inTeam);
  return findNoticeChoice(primary, memberId);
}
