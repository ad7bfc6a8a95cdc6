import { statement } from '../../database/transaction.ts';
import { pageOf } from '../../shared/cursor.ts';
import type { Page } from '../../shared/cursor.ts';
import type { IdentityParts } from './dependencies.ts';

/** One place where an account is logged in. */
export interface Session {
  readonly id: string;
  readonly device: string | null;
  /** The address of the log-in. */
  readonly createdFrom: string;
  readonly createdAt: Date;
  readonly renewedAt: Date;
  /** When it ends unless it is renewed before. */
  readonly expiresAt: Date;
}

export interface SessionQuery {
  readonly userId: string;
  readonly limit: number;
  readonly cursor: string | undefined;
}

const listStatement = statement<Session & { readonly createdAtText: string }>(
  'identity.list_sessions',
  `select id, device, host(created_ip) as "createdFrom", created_at as "createdAt", created_at::text as "createdAtText",
     renewed_at as "renewedAt", least(idle_expires_at, absolute_expires_at) as "expiresAt"
   from identity.sessions
   where user_id = $1 and revoked_at is null and least(idle_expires_at, absolute_expires_at) > clock_timestamp()
     and (created_at, id) < (coalesce($2::timestamptz, 'infinity'), coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
   order by created_at desc, id desc limit $4`,
);

/**
 * One page of an account's running sessions, the newest first.
 *
 * @throws Problem 400 `invalid-cursor`
 */
export async function listSessions(
  { database, cursors }: Pick<IdentityParts, 'database' | 'cursors'>,
  { userId, limit, cursor }: SessionQuery,
): Promise<Page<Session>> {
  const scope = { operation: 'listSessions', filters: { userId } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await database.query(listStatement, [userId, after?.key ?? null, after?.id ?? null, limit + 1]);
  return pageOf(rows, limit, (last) => cursors.encode(scope, { key: last.createdAtText, id: last.id }));
}
