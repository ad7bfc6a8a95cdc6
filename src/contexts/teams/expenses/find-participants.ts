import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { Problem } from '../../../shared/problem.ts';
import { judgeWriter } from '../members/require-member.ts';
import type { InTeam, Membership } from '../members/require-member.ts';
import type { Role } from '../members/team.ts';
import { problems } from '../problems.ts';

interface Row {
  readonly id: string;
  readonly userId: string | null;
  readonly role: Role;
  readonly archived: boolean;
}

export const findStatement = statement<Row>(
  'teams.find_participants',
  `select m.id, m.user_id as "userId", m.role, t.archived_at is not null as archived
   from teams.members m join teams.teams t on t.id = m.team_id
   where m.team_id = $1 and m.left_at is null and (m.user_id = $2 or m.id = any ($3))`,
);

/**
 * Looks up the caller and everybody an entry names, at once. Who leaves after this look is refused by the database.
 *
 * @throws Problem 404; 403 `team-role-insufficient`; 409 `team-archived`
 */
export async function findParticipants(
  queryable: Queryable,
  { teamId, userId }: InTeam,
  memberIds: readonly string[],
): Promise<{ readonly self: Membership; readonly requireAll: () => void }> {
  const rows = await queryable.query(findStatement, [teamId, userId, memberIds]);
  const own = rows.find((row) => row.userId === userId);
  if (own === undefined) throw notFound();
  const self = { memberId: own.id, role: own.role, archived: own.archived };
  judgeWriter(self);
  const present = new Set(rows.map(({ id }) => id));
  return {
    self,
    /** To be asked when nothing else is wrong. @throws Problem 409 `member-unknown` */
    requireAll: () => {
      const errors = memberIds
        .filter((id) => !present.has(id))
        .map((id) => ({ pointer: '', detail: `${id} is not in the team` }));
      if (errors.length > 0) throw new Problem(problems['member-unknown'], { errors });
    },
  };
}
