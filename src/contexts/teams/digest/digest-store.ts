import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';

const findStatement = statement<{ n: number }>(
  'teams.find_digest',
  'select count(*) as n from teams.digests where user_id = $1',
);

/** Whether this person asked for the digest. */
export async function wantsDigest(queryable: Queryable, userId: string): Promise<boolean> {
  const [row] = await queryable.query(findStatement, [userId]);
  return row?.n === 1;
}

const insertStatement = statement(
  'teams.insert_digest',
  'insert into teams.digests (user_id, asked_at) values ($1, $2) on conflict do nothing',
);

export async function insertDigest(queryable: Queryable, userId: string, at: Date): Promise<void> {
  await queryable.query(insertStatement, [userId, at]);
}

const deleteStatement = statement('teams.delete_digest', 'delete from teams.digests where user_id = $1');

export async function deleteDigest(queryable: Queryable, userId: string): Promise<void> {
  await queryable.query(deleteStatement, [userId]);
}

/** What one person owes (negative) or is owed in one team. */
export interface DigestLine {
  readonly userId: string;
  readonly teamName: string;
  readonly currency: string;
  /** In minor units, as text. */
  readonly net: string;
}

const listUsersStatement = statement<{ userId: string }>(
  'teams.list_digest_users',
  'select user_id as "userId" from teams.digests where $1::uuid is null or user_id > $1 order by user_id limit $2',
);

/** Who asked for the digest, by id, strictly after `after`. */
export async function listDigestUsers(tx: Transaction, after: string | null, limit: number): Promise<string[]> {
  const rows = await tx.query(listUsersStatement, [after, limit]);
  return rows.map(({ userId }) => userId);
}

const listLinesStatement = statement<DigestLine>(
  'teams.list_digest_lines',
  `select m.user_id as "userId", t.name as "teamName", b.currency, b.net_minor::text as net
   from teams.members m join teams.teams t on t.id = m.team_id and t.archived_at is null
     join teams.balances b on b.team_id = m.team_id and b.member_id = m.id
   where m.user_id = any ($1) and m.left_at is null and b.net_minor <> 0 order by 1, t.name, t.id, b.currency`,
);

/** What these people have not settled, in teams that are in use. */
export async function listDigestLines(tx: Transaction, userIds: readonly string[]): Promise<DigestLine[]> {
  return tx.query(listLinesStatement, [userIds]);
}
