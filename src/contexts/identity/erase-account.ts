import type { Transaction } from '../../database/transaction.ts';
import type { Account } from './account.ts';
import { dropChallenges } from './code-store.ts';
import { deleteAccountRows } from './deletion-store.ts';
import type { IdentityParts } from './dependencies.ts';
import { revokeSessions } from './session-store.ts';
import { tellOwner } from './tell-owner.ts';
import { notices } from './texts.ts';

/**
 * Erases an account whose row the caller holds: sessions end, address and number are free for others, and every context
 * hears `user.deleted` and erases its part. All of it or nothing; the audit entry is the caller's to write.
 *
 * @returns the sessions that ended, for this process to know after the commit
 * @throws the violation of `users_keep_an_admin` (409 `last-admin`)
 */
export async function eraseAccount(
  parts: Pick<IdentityParts, 'notifications' | 'publish'>,
  tx: Transaction,
  account: Account,
): Promise<readonly string[]> {
  const { id: userId, email, phone } = account;
  const ended = await revokeSessions(tx, { userId, reason: 'erased' });
  if (phone !== null) await dropChallenges(tx, phone);
  await tellOwner(parts, tx, account, `account-erased:${userId}`, notices.erased());
  const deletedAt = await deleteAccountRows(tx, userId, ended);
  await parts.publish(tx, 'user.deleted', { userId, email, phone, deletedAt });
  return ended;
}
