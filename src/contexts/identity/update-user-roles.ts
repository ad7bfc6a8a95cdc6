import { requireMatch } from '../../shared/etag.ts';
import { notFound } from '../../shared/platform-problems.ts';
import { Problem } from '../../shared/problem.ts';
import type { Account } from './account.ts';
import type { IdentityParts } from './dependencies.ts';
import { UserModel } from './models.ts';
import { problems } from './problems.ts';
import type { Role } from './role.ts';
import { recordSecurityEvent } from './security-event-store.ts';
import { findAccount, hasOtherAdmin, lockAccount } from './user-store.ts';

export interface RolesUpdate {
  /** The admin who does it. */
  readonly actorId: string;
  readonly userId: string;
  readonly roles: readonly Role[];
  readonly ifMatch: string | undefined;
}

/**
 * Replaces the roles of an account. Admin operations obey at once, because they read the roles on each call; the other
 * scopes change when the account's access tokens are renewed.
 *
 * @throws Problem 404 `not-found`, 428, 412, 409 `last-admin`
 */
export async function updateUserRoles(
  { database }: Pick<IdentityParts, 'database'>,
  { actorId, userId, roles: wanted, ifMatch }: RolesUpdate,
): Promise<Account> {
  return database.transaction(async (tx) => {
    const account = await lockAccount(tx, userId);
    if (account === undefined) throw notFound();
    requireMatch(ifMatch, account.version);
    const roles = [...new Set(wanted)].sort();
    if (roles.join() === [...account.roles].sort().join()) return account;
    const removesAdmin = account.roles.includes('admin') && !roles.includes('admin');
    if (removesAdmin && !(await hasOtherAdmin(tx, userId))) {
      throw new Problem(problems['last-admin'], { detail: 'Make somebody else an admin first.' });
    }
    await UserModel.change(tx, userId, { roles });
    await recordSecurityEvent(tx, 'roles-changed', userId, { from: account.roles, to: roles, by: actorId });
    return (await findAccount(tx, userId)) ?? account;
  });
}
