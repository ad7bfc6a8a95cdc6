import type { Transaction } from '../../database/transaction.ts';
import { newId } from '../../shared/id.ts';
import { dropChallenges } from './code-store.ts';
import type { IdentityParts } from './dependencies.ts';
import { deleteClaimsOnPhone } from './registration-store.ts';
import { recordSecurityEvent } from './record-security-event.ts';
import { revokeSessions } from './session-store.ts';
import { mails } from './texts.ts';
import { releasePhone } from './user-store.ts';

export interface PhoneClaim {
  readonly userId: string;
  /** E.164, its possession proven in this transaction. */
  readonly phone: string;
  /** Take it from the account that has it. */
  readonly transfer: boolean;
}

/**
 * Clears the way for a number's new owner: sign-ups with it end, its other codes are void, and with `transfer` the account
 * that has it loses it, is logged out everywhere and told. Without `transfer` that account keeps it, and setting the number
 * violates `users_verified_phone_key`.
 *
 * @returns the sessions that ended, for this process to know after the commit
 */
export async function claimPhone(
  { notifications }: Pick<IdentityParts, 'notifications'>,
  tx: Transaction,
  { userId, phone, transfer }: PhoneClaim,
): Promise<readonly string[]> {
  const former = transfer ? await releasePhone(tx, phone, userId) : undefined;
  await deleteClaimsOnPhone(tx, phone);
  if (former === undefined) return [];
  await dropChallenges(tx, phone);
  await recordSecurityEvent(tx, 'phone-transferred', former.id);
  if (former.email !== null) {
    const dedupeKey = `phone-transferred:${newId()}`;
    const message = { dedupeKey, channel: 'email', class: 'transactional', address: former.email } as const;
    await notifications.queueMessages(tx, [{ ...message, userId: former.id, ...mails.phoneTransferred() }]);
  }
  return revokeSessions(tx, { userId: former.id, reason: 'phone-transferred' });
}
