import type { Transaction } from '../../../database/transaction.ts';
import { Problem } from '../../../shared/problem.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { recordHistory } from '../history/history-store.ts';
import { requireRoom } from '../members/create-team-member.ts';
import { getTeam } from '../members/get-team.ts';
import { requireOwner, teamArchived } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import type { Role, TeamView } from '../members/team.ts';
import { problems } from '../problems.ts';
import { insertInvitation } from './invitation-store.ts';
import { createInvitationToken, hashInvitationToken } from './invitation-token.ts';
import type { Invitation } from './invitation.ts';

export interface CreateTeamInvitation extends InTeam {
  readonly id: string;
  readonly email: string | null;
  readonly memberId: string | null;
  readonly role: Role;
  readonly expiresInDays: number;
}

const DAY = 86_400_000;

/**
 * Makes an invitation. With an address its token goes there, in the transaction's own message, and nowhere else.
 *
 * @returns the token when there is no address
 * @throws Problem 404; 403 `team-role-insufficient`; 409 `team-archived`, `team-full`, `member-unknown`, `placeholder-claimed`
 */
export async function createTeamInvitation(
  { tx, clock, notifications }: { readonly tx: Transaction } & Pick<TeamsDependencies, 'clock' | 'notifications'>,
  { teamId, userId, id, email, memberId, role, expiresInDays }: CreateTeamInvitation,
): Promise<{ readonly invitation: Invitation; readonly token: string | null }> {
  const { archived } = await requireOwner(tx, { teamId, userId });
  if (archived) throw teamArchived();
  const view = await getTeam(tx, { teamId, userId });
  if (memberId === null) requireRoom(view);
  else requirePlaceholder(view, memberId);
  const createdAt = clock.now();
  const expiresAt = new Date(createdAt.getTime() + expiresInDays * DAY);
  const invitation = { id, teamId, email, memberId, role, invitedBy: view.self.id, createdAt, expiresAt };
  const token = createInvitationToken();
  await insertInvitation(tx, invitation, hashInvitationToken(token));
  const change = { action: 'invitation-created', subject: 'invitation', subjectId: id };
  await recordHistory(tx, { teamId, actorId: view.self.id }, { ...change, after: { role, memberId } });
  if (email === null) return { invitation, token };
  await notifications.queueMessages(tx, [
    {
      ...{ dedupeKey: `team-invitation:${id}`, channel: 'email', class: 'otp', address: email, deadline: expiresAt },
      ...invitationMail({ team: view.team.name, inviter: view.self.name, token, expiresAt }),
    },
  ]);
  return { invitation, token: null };
}

function requirePlaceholder({ members }: TeamView, memberId: string): void {
  const found = members.find(({ id, leftAt }) => id === memberId && leftAt === null);
  if (found === undefined) {
    throw new Problem(problems['member-unknown'], { errors: [{ pointer: '/memberId', detail: 'is not in the team' }] });
  }
  if (found.userId !== null) {
    throw new Problem(problems['placeholder-claimed'], {
      errors: [{ pointer: '/memberId', detail: 'has an account' }],
    });
  }
}

/** The token stands on a line of its own. */
function invitationMail(invited: {
  readonly team: string;
  readonly inviter: string;
  readonly token: string;
  readonly expiresAt: Date;
}): { readonly subject: string; readonly text: string } {
  const { team, inviter, token, expiresAt } = invited;
  return {
    subject: `Invitation to share expenses in ${team}`,
    text: [
      `${inviter} invites you to the team ${team}. Log in and accept with this token until ${expiresAt.toISOString().slice(0, 10)}:`,
      token,
      'If you do not know what this is about, do nothing.',
    ].join('\n\n'),
  };
}
