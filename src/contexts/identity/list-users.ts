import { pageOf } from '../../shared/cursor.ts';
import type { Page } from '../../shared/cursor.ts';
import type { Account } from './account.ts';
import type { IdentityParts } from './dependencies.ts';
import { UserModel } from './models.ts';
import type { Role } from './role.ts';

export interface UserQuery {
  /** Only accounts with this role. */
  readonly role: Role | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/**
 * One page of all accounts, the newest first. An account that exists throughout is seen exactly once, whatever comes and
 * goes meanwhile.
 *
 * @throws Problem 400 `invalid-cursor`
 */
export async function listUsers(
  { database, cursors }: Pick<IdentityParts, 'database' | 'cursors'>,
  { role, limit, cursor }: UserQuery,
): Promise<Page<Account>> {
  const scope = { operation: 'listUsers', filters: { role } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await database.transaction(
    async (tx) =>
      UserModel.accounts(tx)
        .modify((users) => {
          if (role !== undefined) void users.whereRaw('? = any (u.roles)', role);
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
