import type { UserPrincipal } from '../../contract/caller.ts';
import { notFound, unauthenticated } from '../../shared/platform-problems.ts';
import type { Account } from './account.ts';
import type { IdentityParts } from './dependencies.ts';
import { findAccount } from './user-store.ts';

/**
 * Reads any account; for admins.
 *
 * @throws Problem 404 `not-found`
 */
export async function getUser(
  { database }: Pick<IdentityParts, 'database'>,
  { userId }: { readonly userId: string },
): Promise<Account> {
  const account = await findAccount(database, userId);
  if (account === undefined) throw notFound();
  return account;
}

/**
 * Reads the caller's own account.
 *
 * @throws Problem 401 `unauthenticated` when it is gone although its token still lives
 */
export async function getMe(
  { database }: Pick<IdentityParts, 'database'>,
  { userId }: Pick<UserPrincipal, 'userId'>,
): Promise<Account> {
  const account = await findAccount(database, userId);
  if (account === undefined) throw unauthenticated();
  return account;
}
