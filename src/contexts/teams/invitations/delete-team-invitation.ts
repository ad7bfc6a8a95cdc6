import { notFound } from '../../../shared/platform-problems.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { recordHistory } from '../history/history-store.ts';
import { requireOwner } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { deleteInvitation } from './invitation-store.ts';

/** Takes an open invitation back. @throws Problem 404; 403 `team-role-insufficient` */
export async function deleteTeamInvitation(
  { primary, clock }: Pick<TeamsDependencies, 'primary' | 'clock'>,
  { teamId, userId, invitationId }: InTeam & { readonly invitationId: string },
): Promise<void> {
  await primary.transaction(async (tx) => {
    const { memberId: actorId } = await requireOwner(tx, { teamId, userId });
    if (!(await deleteInvitation(tx, { teamId, invitationId, now: clock.now() }))) throw notFound();
    const change = { action: 'invitation-withdrawn', subject: 'invitation', subjectId: invitationId };
    await recordHistory(tx, { teamId, actorId }, change);
  });
}
