import { unauthenticated } from '../../shared/platform-problems.ts';
import type { Account } from './account.ts';
import { checkCode } from './check-code.ts';
import { claimPhone } from './claim-phone.ts';
import { consumeChallenge } from './code-store.ts';
import type { IdentityParts } from './dependencies.ts';
import { requirePhone } from './identifier.ts';
import { codeNotAccepted } from './refusals.ts';
import { recordSecurityEvent } from './record-security-event.ts';
import { findAccount, lockAccount, setPhone } from './user-store.ts';

export interface PhoneChange {
  readonly userId: string;
  readonly phone: string;
  readonly code: string;
  /** Take the number from the account that has it. */
  readonly transfer: boolean;
}

/**
 * Makes a number the confirmed phone of the caller's account.
 *
 * @throws Problem 409 `phone-not-valid`, `code-not-accepted`, 429; the violation of `users_verified_phone_key` (409
 * `phone-taken`) leaves the code as it was
 */
export async function completePhoneChange(
  parts: Pick<IdentityParts, 'database' | 'codeSecret' | 'settings' | 'publish' | 'notifications' | 'revokedSessions'>,
  { userId, phone: typed, code, transfer }: PhoneChange,
): Promise<Account> {
  const phone = requirePhone(typed, parts.settings.phoneRegion);
  const challenge = await checkCode(parts, { purpose: 'phone-change', phone, code });
  const { account, ended } = await parts.database.transaction(async (tx) => {
    const before = await lockAccount(tx, userId);
    if (before === undefined) throw unauthenticated();
    if (!(await consumeChallenge(tx, challenge))) throw codeNotAccepted();
    const revoked = await claimPhone(parts, tx, { userId, phone, transfer });
    if (before.phone === phone) return { account: before, ended: revoked };
    const verifiedAt = await setPhone(tx, userId, phone);
    await recordSecurityEvent(tx, 'phone-changed', userId);
    await parts.publish(tx, 'user.phone_verified', { userId, phone, verifiedAt });
    return { account: (await findAccount(tx, userId)) ?? before, ended: revoked };
  });
  parts.revokedSessions.add(ended);
  return account;
}
