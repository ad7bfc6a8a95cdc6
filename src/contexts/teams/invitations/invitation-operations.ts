import { reply } from '../../../contract/handlers.ts';
import type { Handlers, Schema } from '../../../contract/handlers.ts';
import { etagOf } from '../../../shared/etag.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { teamBody } from '../members/team-operations.ts';
import { claimTeamInvitation } from './claim-team-invitation.ts';
import { createTeamInvitation } from './create-team-invitation.ts';
import { deleteTeamInvitation } from './delete-team-invitation.ts';
import { getTeamInvitation } from './get-team-invitation.ts';
import type { Invitation } from './invitation.ts';
import { listTeamInvitations } from './list-team-invitations.ts';

type InvitationOperation =
  'listTeamInvitations' | 'createTeamInvitation' | 'getTeamInvitation' | 'deleteTeamInvitation' | 'claimTeamInvitation';

const USUAL_DAYS = 7;

/** How people come into a team. */
export function createInvitationOperations(dependencies: TeamsDependencies): Handlers<InvitationOperation> {
  const { clock, notifications } = dependencies;
  return {
    listTeamInvitations: async ({ path, query }, { principal }) => {
      const { limit, cursor } = query;
      const page = await listTeamInvitations(dependencies, { ...path, userId: principal.userId, limit, cursor });
      const items = page.items.map((invitation) => invitationBody(invitation));
      return reply('listTeamInvitations', { status: 200, body: { ...page, items } });
    },
    createTeamInvitation: async ({ path, body }, { tx, id, principal }) => {
      const { email = null, memberId = null, role, expiresInDays = USUAL_DAYS } = body;
      const command = { ...path, userId: principal.userId, id: id('invitation'), email, memberId, role, expiresInDays };
      const { invitation, token } = await createTeamInvitation({ tx, clock, notifications }, command);
      return reply('createTeamInvitation', {
        status: 201,
        headers: { Location: `/api/v1/teams/${invitation.teamId}/invitations/${invitation.id}` },
        body: { ...invitationBody(invitation), ...(token === null ? {} : { token }) },
      });
    },
    getTeamInvitation: async ({ path }, { principal }) => {
      const invitation = await getTeamInvitation(dependencies, { ...path, userId: principal.userId });
      return reply('getTeamInvitation', { status: 200, body: invitationBody(invitation) });
    },
    deleteTeamInvitation: async ({ path }, { principal }) => {
      await deleteTeamInvitation(dependencies, { ...path, userId: principal.userId });
      return reply('deleteTeamInvitation', { status: 204 });
    },
    claimTeamInvitation: async ({ body }, { tx, id, principal }) => {
      const { token, ownName } = body;
      const command = { userId: principal.userId, token, ownName, memberId: id('member') };
      const view = await claimTeamInvitation({ tx, clock }, command);
      return reply('claimTeamInvitation', {
        status: 200,
        headers: { ETag: etagOf(view.team.version) },
        body: teamBody(view),
      });
    },
  };
}

function invitationBody(invitation: Invitation): Schema<'TeamInvitation'> {
  const { id, teamId, email, memberId, role, invitedBy, createdAt, expiresAt } = invitation;
  return {
    ...{ id, teamId, role, invitedBy, createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() },
    ...(email === null ? {} : { email }),
    ...(memberId === null ? {} : { memberId }),
  };
}
