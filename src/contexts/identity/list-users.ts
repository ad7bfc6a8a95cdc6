import type { QueryBuilder } from 'objection';
import { pageOf } from '../../shared/cursor.ts';
import type { Page } from '../../shared/cursor.ts';
import type { Account, AccountState } from './account.ts';
import type { IdentityParts } from './dependencies.ts';
import { normalizeEmail } from './identifier.ts';
import { UserModel } from './models.ts';
import type { Role } from './role.ts';

/** What an account must match; undefined matches all. */
export interface UserFilters {
  /** A whole address, or its beginning and `*`. */
  readonly email: string | undefined;
  /** A whole number in E.164, or its beginning and `*`. */
  readonly phone: string | undefined;
  readonly role: Role | undefined;
  readonly state: AccountState | undefined;
  /** RFC 3339; created at this moment or later. */
  readonly createdSince: string | undefined;
  /** RFC 3339; created before it. */
  readonly createdUntil: string | undefined;
}

export interface UserQuery extends UserFilters {
  readonly limit: number;
  readonly cursor: string | undefined;
}

/**
 * One page of the accounts that match every filter, the newest first. An account that exists throughout is seen exactly
 * once, whatever comes and goes meanwhile.
 *
 * @throws Problem 400 `invalid-cursor`
 */
export async function listUsers(
  { database, cursors }: Pick<IdentityParts, 'database' | 'cursors'>,
  { limit, cursor, ...filters }: UserQuery,
): Promise<Page<Account>> {
  const scope = { operation: 'listUsers', filters: { ...filters } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await database.transaction(
    async (tx) =>
      UserModel.accounts(tx)
        .modify(matching, filters)
        .modify((users) => {
          if (after !== undefined) void users.whereRaw('(u.created_at, u.id) < (?, ?)', [after.key, after.id]);
        })
        .orderBy([
          { column: 'u.created_at', order: 'desc' },
          { column: 'u.id', order: 'desc' },
        ])
        .limit(limit + 1),
    { readOnly: true },
  );
  const page = pageOf(rows, limit, (last) => cursors.encode(scope, { key: last.createdAtText, id: last.id }));
  return { ...page, items: page.items.map((user) => user.toAccount()) };
}

/** Written so that each filter meets its index (see migrations/20261121140110_index_users.ts). */
function matching(
  users: QueryBuilder<UserModel>,
  { email, phone, role, state, createdSince, createdUntil }: UserFilters,
): void {
  if (email !== undefined) matchText(users, 'u.email', normalizeEmail(email));
  if (phone !== undefined) matchText(users, 'u.phone', phone);
  if (role !== undefined) void users.whereRaw('? = any (u.roles)', role);
  if (state !== undefined) void users.whereRaw(states[state]);
  if (createdSince !== undefined) void users.whereRaw('u.created_at >= ?::timestamptz', createdSince);
  if (createdUntil !== undefined) void users.whereRaw('u.created_at < ?::timestamptz', createdUntil);
}

function matchText(users: QueryBuilder<UserModel>, column: 'u.email' | 'u.phone', pattern: string): void {
  if (!pattern.endsWith('*')) void users.where(column, pattern);
  else void users.whereRaw(`${column} like ?`, `${pattern.slice(0, -1).replaceAll(/[%_\\]/g, '\\$&')}%`);
}

const states: Readonly<Record<AccountState, string>> = {
  active: 'u.locked_at is null and u.deletion_due_at is null',
  locked: 'u.locked_at is not null',
  deleting: 'u.deletion_due_at is not null and u.locked_at is null',
};
