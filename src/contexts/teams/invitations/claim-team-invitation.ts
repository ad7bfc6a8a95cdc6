import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { Problem } from '../../../shared/problem.ts';
import { recordHistory } from '../history/history-store.ts';
import { requireRoom } from '../members/create-team-member.ts';
import { getTeam } from '../members/get-team.ts';
import { changeMember, insertMember, listMembers } from '../members/member-store.ts';
import { findTeam, lockTeam, touchTeam } from '../members/team-store.ts';
import type { Member, TeamView } from '../members/team.ts';
import { problems } from '../problems.ts';
import { findInvitationByToken, markClaimed } from './invitation-store.ts';
import { hashInvitationToken } from './invitation-token.ts';
import type { Invitation } from './invitation.ts';

export interface ClaimTeamInvitation {
  readonly userId: string;
  readonly token: string;
  readonly ownName: string | undefined;
  /** Of the member that may come to be. */
  readonly memberId: string;
}

/**
 * Makes a person a member, once. Who takes the place of a placeholder keeps its id, and with it its history and balances; who
 * was a member before becomes that member again.
 *
 * @throws Problem 409 `invitation-unusable` (unknown, expired, used or taken back: all alike), `already-member`, `team-full`
 */
export async function claimTeamInvitation(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { userId, token, ownName, memberId: newMemberId }: ClaimTeamInvitation,
): Promise<TeamView> {
  const now = clock.now();
  const hash = hashInvitationToken(token);
  const seen = await findInvitationByToken(tx, hash, now);
  if (seen === undefined) throw unusable();
  const { teamId } = seen;
  await lockTeam(tx, teamId);
  // Another claim may have come first, and the team been archived.
  const invitation = await findInvitationByToken(tx, hash, now);
  const team = await findTeam(tx, teamId);
  if (invitation === undefined || team?.archivedAt !== null) throw unusable();
  const members = await listMembers(tx, teamId);
  const present = memberFor(invitation, members, userId);
  const joined: Member = {
    ...{ id: present?.id ?? newMemberId, userId, role: invitation.role, leftAt: null },
    name: ownName ?? present?.name ?? 'Member',
    // A placeholder has been in the team before.
    joinedAt: present === undefined || present.leftAt !== null ? now : present.joinedAt,
  };
  if (present === undefined) {
    requireRoom({ members });
    await insertMember(tx, teamId, joined);
  } else {
    await changeMember(tx, joined);
  }
  if (!(await markClaimed(tx, { id: invitation.id, at: now, memberId: joined.id }))) throw unusable();
  await touchTeam(tx, teamId);
  const change = { action: 'member-joined', subject: 'member', subjectId: joined.id };
  const after = { role: joined.role, invitationId: invitation.id };
  await recordHistory(tx, { teamId, actorId: joined.id }, { ...change, after });
  return getTeam(tx, { teamId, userId });
}

/** Whose place the person takes; undefined: a new one. */
function memberFor({ memberId }: Invitation, members: readonly Member[], userId: string): Member | undefined {
  const known = members.find((member) => member.userId === userId);
  if (known?.leftAt === null || (known !== undefined && memberId !== null)) {
    throw new Problem(problems['already-member'], {
      detail:
        known.leftAt === null
          ? 'You are in this team.'
          : 'You have been in this team: ask for an invitation that is not for a placeholder.',
    });
  }
  if (memberId === null) return known;
  const placeholder = members.find(({ id, leftAt }) => id === memberId && leftAt === null);
  if (placeholder?.userId !== null) throw unusable();
  return placeholder;
}

function unusable(): Problem {
  return new Problem(problems['invitation-unusable'], {
    detail: 'It is unknown, was accepted or taken back, or has expired. Ask for another one.',
  });
}
