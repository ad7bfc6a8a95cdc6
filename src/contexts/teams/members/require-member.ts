import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import type { Role } from './team.ts';

/** Whose team something is about, and who asks. */
export interface InTeam {
  readonly teamId: string;
  /** The account that calls. */
  readonly userId: string;
}

/** The caller's place in a team. */
export interface Membership {
  readonly memberId: string;
  readonly role: Role;
  readonly archived: boolean;
}

const findStatement = statement<Membership>(
  'teams.find_membership',
  `select m.id as "memberId", m.role, t.archived_at is not null as archived
   from teams.members m join teams.teams t on t.id = m.team_id
   where m.team_id = $1 and m.user_id = $2 and m.left_at is null`,
);

/** @throws Problem 404 `not-found` for outsiders, former members included: to them the team does not exist */
export async function requireMember(queryable: Queryable, { teamId, userId }: InTeam): Promise<Membership> {
  const [membership] = await queryable.query(findStatement, [teamId, userId]);
  if (membership === undefined) throw notFound();
  return membership;
}

/** @throws Problem 404; 403 `team-role-insufficient` for viewers; 409 `team-archived` */
export async function requireWriter(queryable: Queryable, inTeam: InTeam): Promise<Membership> {
  const membership = await requireMember(queryable, inTeam);
  judgeWriter(membership);
  return membership;
}

/** @throws Problem 403 `team-role-insufficient` for viewers; 409 `team-archived` */
export function judgeWriter(membership: Membership): void {
  judgeRole(membership);
  judgeOpen(membership);
}

/**
 * The half of `judgeWriter` that comes before If-Match: who may not write learns that first.
 *
 * @throws Problem 403 `team-role-insufficient` for viewers
 */
export function judgeRole({ role }: Pick<Membership, 'role'>): void {
  if (role === 'viewer') throw roleInsufficient('Viewers only read.');
}

/** The half that comes after If-Match. @throws Problem 409 `team-archived` */
export function judgeOpen({ archived }: Pick<Membership, 'archived'>): void {
  if (archived) throw teamArchived();
}

/** @throws Problem 404; 403 `team-role-insufficient` */
export async function requireOwner(queryable: Queryable, inTeam: InTeam): Promise<Membership> {
  const membership = await requireMember(queryable, inTeam);
  if (membership.role !== 'owner') throw roleInsufficient('Only an owner of the team may do this.');
  return membership;
}

export function roleInsufficient(detail: string): Problem {
  return new Problem(problems['team-role-insufficient'], { detail });
}

export function teamArchived(): Problem {
  return new Problem(problems['team-archived'], { detail: 'Nothing is written in an archived team. Reopen it first.' });
}
