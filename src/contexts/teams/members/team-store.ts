import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { CursorPosition } from '../../../shared/cursor.ts';
import type { Role, Team } from './team.ts';

const columns = `id, name, archived_at as "archivedAt", version, created_at as "createdAt"`;

const insertStatement = statement<Team>(
  'teams.insert_team',
  `insert into teams.teams (id, name, created_at) values ($1, $2, $3) returning ${columns}`,
);

export async function insertTeam(tx: Transaction, { id, name, createdAt }: Pick<Team, 'id' | 'name' | 'createdAt'>) {
  const [row] = await tx.query(insertStatement, [id, name, createdAt]);
  if (row === undefined) throw new Error('An insert gave no row.');
  return row;
}

const findStatement = statement<Team>('teams.find_team', `select ${columns} from teams.teams where id = $1`);

export async function findTeam(queryable: Queryable, id: string): Promise<Team | undefined> {
  const [row] = await queryable.query(findStatement, [id]);
  return row;
}

const lockStatement = statement('teams.lock_team', 'select from teams.teams where id = $1 for no key update');

/**
 * Holds a team until the transaction ends: whoever changes who is in it takes this lock first, before any member's. Expenses
 * don't wait for it.
 */
export async function lockTeam(tx: Transaction, id: string): Promise<void> {
  await tx.query(lockStatement, [id]);
}

const changeStatement = statement<Team>(
  'teams.change_team',
  `update teams.teams set name = $2, archived_at = $3, version = version + 1 where id = $1 returning ${columns}`,
);

export async function changeTeam(
  tx: Transaction,
  { id, name, archivedAt }: Pick<Team, 'id' | 'name' | 'archivedAt'>,
): Promise<Team> {
  const [row] = await tx.query(changeStatement, [id, name, archivedAt]);
  if (row === undefined) throw new Error(`The team ${id} is gone.`);
  return row;
}

const touchStatement = statement('teams.touch_team', 'update teams.teams set version = version + 1 where id = $1');

/** For a change of its members: the version of a team covers them. */
export async function touchTeam(tx: Transaction, id: string): Promise<void> {
  await tx.query(touchStatement, [id]);
}

/** A team in the list of somebody's teams. */
export interface TeamBrief {
  readonly id: string;
  readonly name: string;
  readonly archivedAt: Date | null;
  readonly memberId: string;
  readonly role: Role;
  readonly joinedAt: Date;
}

export interface TeamRow extends TeamBrief {
  /** `joined_at` as PostgreSQL writes it, for cursors. */
  readonly sortKey: string;
}

const listStatement = statement<TeamRow>(
  'teams.list_teams',
  `select t.id, t.name, t.archived_at as "archivedAt", m.id as "memberId", m.role, m.joined_at as "joinedAt",
     m.joined_at::text as "sortKey"
   from teams.members m join teams.teams t on t.id = m.team_id
   where m.user_id = $1 and m.left_at is null and (t.archived_at is not null) = $2
     and ($3::timestamptz is null or (m.joined_at, m.team_id) < ($3, $4::uuid))
   order by m.joined_at desc, m.team_id desc limit $5`,
);

/** The teams of a person, the one joined last first, strictly after `after`. */
export async function listTeamRows(
  queryable: Queryable,
  { userId, archived }: { readonly userId: string; readonly archived: boolean },
  { after, limit }: { readonly after: CursorPosition | undefined; readonly limit: number },
): Promise<TeamRow[]> {
  return queryable.query(listStatement, [userId, archived, after?.key ?? null, after?.id ?? null, limit]);
}
