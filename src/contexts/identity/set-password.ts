import type { Transaction } from '../../database/transaction.ts';
import { newId } from '../../shared/id.ts';
import type { Account } from './account.ts';
import type { IdentityParts } from './dependencies.ts';
import type { PasswordHash } from './password-hasher.ts';
import { dropPasswordReset } from './password-reset-store.ts';
import { recordSecurityEvent } from './record-security-event.ts';
import { revokeSessions } from './session-store.ts';
import { tellOwner } from './tell-owner.ts';
import { notices } from './texts.ts';
import { storePassword } from './credentials-store.ts';

export interface PasswordChange {
  /** Read in this transaction, under its lock. */
  readonly account: Account;
  readonly hash: PasswordHash;
  readonly how: 'password-changed' | 'password-reset';
  /** The session that goes on; all others end. */
  readonly keepSession?: string;
}

/**
 * Sets a password, ends the sessions, voids reset tokens, and tells the owner.
 *
 * @returns the sessions that ended, for this process to know after the commit
 */
export async function setPassword(
  parts: Pick<IdentityParts, 'notifications'>,
  tx: Transaction,
  { account, hash, how, keepSession }: PasswordChange,
): Promise<readonly string[]> {
  await storePassword(tx, account.id, hash);
  await dropPasswordReset(tx, account.id);
  await recordSecurityEvent(tx, how, account.id);
  await tellOwner(parts, tx, account, `${how}:${newId()}`, notices.passwordChanged());
  return revokeSessions(tx, {
    userId: account.id,
    reason: how,
    ...(keepSession === undefined ? {} : { except: keepSession }),
  });
}
