import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { Member } from './team.ts';

const columns = `id, user_id as "userId", name, role, joined_at as "joinedAt", left_at as "leftAt"`;

const insertStatement = statement(
  'teams.insert_member',
  'insert into teams.members (id, team_id, user_id, name, role, joined_at) values ($1, $2, $3, $4, $5, $6)',
);

export async function insertMember(
  tx: Transaction,
  teamId: string,
  { id, userId, name, role, joinedAt }: Omit<Member, 'leftAt'>,
): Promise<void> {
  await tx.query(insertStatement, [id, teamId, userId, name, role, joinedAt]);
}

const listStatement = statement<Member>(
  'teams.list_members',
  `select ${columns} from teams.members where team_id = $1 order by joined_at, id`,
);

/** Everybody who is or was in a team, by the time of joining. */
export async function listMembers(queryable: Queryable, teamId: string): Promise<Member[]> {
  return queryable.query(listStatement, [teamId]);
}

const lockStatement = statement<Member>(
  'teams.lock_member',
  `select ${columns} from teams.members where team_id = $1 and id = $2 for update`,
);

/** Reads a member and waits for every entry that touches their balance; those that come later wait for us. */
export async function lockMember(tx: Transaction, teamId: string, id: string): Promise<Member | undefined> {
  const [row] = await tx.query(lockStatement, [teamId, id]);
  return row;
}

const changeStatement = statement(
  'teams.change_member',
  // What somebody chose for themselves is not for whoever takes their place.
  `update teams.members set user_id = $2, name = $3, role = $4, joined_at = $5, left_at = $6,
     expense_notices = expense_notices or user_id is distinct from $2 where id = $1`,
);

export async function changeMember(
  tx: Transaction,
  { id, userId, name, role, joinedAt, leftAt }: Member,
): Promise<void> {
  await tx.query(changeStatement, [id, userId, name, role, joinedAt, leftAt]);
}

const ofUserStatement = statement<Member & { readonly teamId: string }>(
  'teams.list_memberships',
  `select ${columns}, team_id as "teamId" from teams.members where user_id = $1 order by team_id`,
);

/** The places of a person in all teams, former ones too. */
export async function listMemberships(
  queryable: Queryable,
  userId: string,
): Promise<(Member & { readonly teamId: string })[]> {
  return queryable.query(ofUserStatement, [userId]);
}
