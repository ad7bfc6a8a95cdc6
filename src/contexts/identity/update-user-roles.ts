import type { Transaction } from '../../database/transaction.ts';
import { requireMatch } from '../../shared/etag.ts';
import { notFound } from '../../shared/platform-problems.ts';
import type { Account } from './account.ts';
import { UserModel } from './models.ts';
import type { Role } from './role.ts';
import { findAccount, lockAccount } from './user-store.ts';

export interface RolesUpdate {
  readonly userId: string;
  readonly roles: readonly Role[];
  readonly ifMatch: string | undefined;
}

/**
 * Replaces the roles of an account. Admin operations obey at once, because they read the roles on each call; the other
 * scopes change when the account's access tokens are renewed.
 *
 * @returns the account before and after
 * @throws Problem 404 `not-found`, 428, 412; the violation of `users_keep_an_admin` (409 `last-admin`)
 */
export async function updateUserRoles(
  tx: Transaction,
  { userId, roles: wanted, ifMatch }: RolesUpdate,
): Promise<{ readonly before: Account; readonly after: Account }> {
  const before = await lockAccount(tx, userId);
  if (before === undefined) throw notFound();
  requireMatch(ifMatch, before.version);
  const roles = [...new Set(wanted)].sort();
  if (roles.join() === [...before.roles].sort().join()) return { before, after: before };
  await UserModel.change(tx, userId, { roles });
  return { before, after: (await findAccount(tx, userId)) ?? before };
}
