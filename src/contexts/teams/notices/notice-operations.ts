import { reply } from '../../../contract/handlers.ts';
import type { Handlers } from '../../../contract/handlers.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { getTeamNotices } from './get-team-notices.ts';
import { updateTeamNotices } from './update-team-notices.ts';

/** What one is told of a team. */
export function createNoticeOperations(
  dependencies: TeamsDependencies,
): Handlers<'getTeamNotices' | 'updateTeamNotices'> {
  return {
    getTeamNotices: async ({ path }, { principal }) => {
      const choice = await getTeamNotices(dependencies, { ...path, userId: principal.userId });
      return reply('getTeamNotices', { status: 200, body: choice });
    },
    updateTeamNotices: async ({ path, body }, { principal }) => {
      await updateTeamNotices(dependencies, { ...path, userId: principal.userId, ...body });
      return reply('updateTeamNotices', { status: 200, body });
    },
  };
}
