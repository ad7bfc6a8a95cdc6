import type { Transaction } from '../../database/transaction.ts';
import { requireMatch } from '../../shared/etag.ts';
import { newId } from '../../shared/id.ts';
import { notFound } from '../../shared/platform-problems.ts';
import { Problem } from '../../shared/problem.ts';
import type { Account } from './account.ts';
import type { IdentityParts } from './dependencies.ts';
import { problems } from './problems.ts';
import { revokeSessions } from './session-store.ts';
import { tellOwner } from './tell-owner.ts';
import { notices } from './texts.ts';
import { findAccount, lockAccount, setAccountLock } from './user-store.ts';

export interface LockUpdate {
  /** The admin who does it. */
  readonly actorId: string;
  readonly userId: string;
  /** Why the account is locked; null unlocks it. For admins: its owner is not told. */
  readonly reason: string | null;
  readonly ifMatch: string | undefined;
}

/**
 * Locks an account, or unlocks it. A locked account has no session any more, and whoever tries to log in to it is refused
 * like somebody with a wrong password. Its owner is told that it is locked.
 *
 * @returns the account, and the sessions that ended, for this process to know after the commit
 * @throws Problem 404 `not-found`, 428, 412, 409 `own-account`; the violation of `users_keep_an_admin` (409 `last-admin`)
 */
export async function updateUserLock(
  parts: Pick<IdentityParts, 'notifications'>,
  tx: Transaction,
  { actorId, userId, reason, ifMatch }: LockUpdate,
): Promise<{ readonly before: Account; readonly after: Account; readonly ended: readonly string[] }> {
  const before = await lockAccount(tx, userId);
  if (before === undefined) throw notFound();
  requireMatch(ifMatch, before.version);
  if (userId === actorId) throw new Problem(problems['own-account'], { detail: 'Ask another admin.' });
  if (reason === (before.lock?.reason ?? null)) return { before, after: before, ended: [] };
  await setAccountLock(tx, { userId, reason, by: actorId });
  const ended = reason === null ? [] : await revokeSessions(tx, { userId, reason: 'locked' });
  if ((reason === null) !== (before.lock === null)) {
    await tellOwner(parts, tx, before, `lock:${newId()}`, reason === null ? notices.unlocked() : notices.locked());
  }
  return { before, after: (await findAccount(tx, userId)) ?? before, ended };
}
