import { reply } from '../../../contract/handlers.ts';
import type { Handlers } from '../../../contract/handlers.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { wantsDigest } from './digest-store.ts';
import { updateTeamDigest } from './update-team-digest.ts';

/** Whether one is reminded to settle. */
export function createDigestOperations(
  dependencies: TeamsDependencies,
): Handlers<'getTeamDigest' | 'updateTeamDigest'> {
  return {
    getTeamDigest: async (_input, { principal }) => {
      const weekly = await wantsDigest(dependencies.primary, principal.userId);
      return reply('getTeamDigest', { status: 200, body: { weekly } });
    },
    updateTeamDigest: async ({ body }, { principal }) => {
      await updateTeamDigest(dependencies, { userId: principal.userId, weekly: body.weekly });
      return reply('updateTeamDigest', { status: 200, body });
    },
  };
}
