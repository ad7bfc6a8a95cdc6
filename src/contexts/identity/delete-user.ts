import type { Transaction } from '../../database/transaction.ts';
import { requireMatch } from '../../shared/etag.ts';
import { notFound } from '../../shared/platform-problems.ts';
import { Problem } from '../../shared/problem.ts';
import type { IdentityParts } from './dependencies.ts';
import { eraseAccount } from './erase-account.ts';
import { problems } from './problems.ts';
import { lockAccount } from './user-store.ts';

export interface UserDeletion {
  /** The admin who does it. */
  readonly actorId: string;
  readonly userId: string;
  readonly ifMatch: string | undefined;
}

/**
 * Erases an account at once, without grace; for admins.
 *
 * @returns the sessions that ended, for this process to know after the commit
 * @throws Problem 404 `not-found`, 428, 412, 409 `own-account`; the violation of `users_keep_an_admin` (409 `last-admin`)
 */
export async function deleteUser(
  parts: Pick<IdentityParts, 'notifications' | 'publish'>,
  tx: Transaction,
  { actorId, userId, ifMatch }: UserDeletion,
): Promise<readonly string[]> {
  const account = await lockAccount(tx, userId);
  if (account === undefined) throw notFound();
  requireMatch(ifMatch, account.version);
  if (userId === actorId) throw new Problem(problems['own-account'], { detail: 'Ask another admin.' });
  return eraseAccount(parts, tx, account);
}
