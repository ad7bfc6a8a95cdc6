import type { Transaction } from '../../../database/transaction.ts';
import { requireMatch } from '../../../shared/etag.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { Problem } from '../../../shared/problem.ts';
import { recordHistory } from '../history/history-store.ts';
import { problems } from '../problems.ts';
import { getTeam } from './get-team.ts';
import { changeMember } from './member-store.ts';
import { requireMember, roleInsufficient, teamArchived } from './require-member.ts';
import type { InTeam } from './require-member.ts';
import { requireOtherOwner } from './require-other-owner.ts';
import { lockTeam, touchTeam } from './team-store.ts';
import type { Role, TeamView } from './team.ts';

export interface UpdateTeamMember extends InTeam {
  readonly memberId: string;
  readonly ifMatch: string | undefined;
  readonly name: string | undefined;
  readonly role: Role | undefined;
}

/**
 * Changes what a member is called or may do: owners everybody's, all others their own name.
 *
 * @throws Problem 404, 412, 428; 403 `team-role-insufficient`; 409 `team-archived`, `last-owner`, `placeholder-role`
 */
export async function updateTeamMember(
  tx: Transaction,
  { teamId, userId, memberId, ifMatch, name, role }: UpdateTeamMember,
): Promise<TeamView> {
  await requireMember(tx, { teamId, userId });
  await lockTeam(tx, teamId);
  const view = await getTeam(tx, { teamId, userId });
  const { team, self, members } = view;
  const before = members.find(({ id, leftAt }) => id === memberId && leftAt === null);
  if (before === undefined) throw notFound();
  const onlyOwnName = before.id === self.id && (role === undefined || role === before.role);
  if (self.role !== 'owner' && !onlyOwnName) throw roleInsufficient('Only an owner may change others, or a role.');
  requireMatch(ifMatch, team.version);
  if (team.archivedAt !== null) throw teamArchived();
  const wanted = { ...before, name: name ?? before.name, role: role ?? before.role };
  if (wanted.name === before.name && wanted.role === before.role) return view;
  if (wanted.role === 'owner' && before.userId === null) {
    throw new Problem(problems['placeholder-role'], { detail: 'Who has no account cannot own a team.' });
  }
  if (before.role === 'owner' && wanted.role !== 'owner') requireOtherOwner(view, memberId);
  await changeMember(tx, wanted);
  await touchTeam(tx, teamId);
  const change = { action: 'member-changed', subject: 'member', subjectId: memberId };
  const roles = wanted.role === before.role ? {} : { before: { role: before.role }, after: { role: wanted.role } };
  await recordHistory(tx, { teamId, actorId: self.id }, { ...change, ...roles });
  return getTeam(tx, { teamId, userId });
}
