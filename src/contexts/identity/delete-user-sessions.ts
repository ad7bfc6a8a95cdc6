import type { Transaction } from '../../database/transaction.ts';
import { notFound } from '../../shared/platform-problems.ts';
import { revokeSessions } from './session-store.ts';
import { lockAccount } from './user-store.ts';

/**
 * Ends every session of an account; for admins. Its owner can log in again.
 *
 * @returns the sessions that ended, for this process to know after the commit
 * @throws Problem 404 `not-found`
 */
export async function deleteUserSessions(
  tx: Transaction,
  { userId }: { readonly userId: string },
): Promise<readonly string[]> {
  if ((await lockAccount(tx, userId)) === undefined) throw notFound();
  return revokeSessions(tx, { userId, reason: 'ended-by-admin' });
}
