import type { Queryable } from '../../../database/transaction.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { listMembers } from './member-store.ts';
import type { InTeam } from './require-member.ts';
import { findTeam } from './team-store.ts';
import type { TeamView } from './team.ts';

/** A team as this member sees it. @throws Problem 404 `not-found`, for outsiders too */
export async function getTeam(queryable: Queryable, { teamId, userId }: InTeam): Promise<TeamView> {
  const members = await listMembers(queryable, teamId);
  const self = members.find((member) => member.userId === userId && member.leftAt === null);
  const team = self === undefined ? undefined : await findTeam(queryable, teamId);
  if (self === undefined || team === undefined) throw notFound();
  return { team, self, members };
}
