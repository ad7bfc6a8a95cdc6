import { notFound } from '../../../shared/platform-problems.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { requireOwner } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { findInvitation } from './invitation-store.ts';
import type { Invitation } from './invitation.ts';

/** An invitation that is open. @throws Problem 404; 403 `team-role-insufficient` */
export async function getTeamInvitation(
  { primary, clock }: Pick<TeamsDependencies, 'primary' | 'clock'>,
  { teamId, userId, invitationId }: InTeam & { readonly invitationId: string },
): Promise<Invitation> {
  await requireOwner(primary, { teamId, userId });
  const invitation = await findInvitation(primary, { teamId, invitationId, now: clock.now() });
  if (invitation === undefined) throw notFound();
  return invitation;
}
