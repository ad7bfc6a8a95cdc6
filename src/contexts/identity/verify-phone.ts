import { checkCode } from './check-code.ts';
import { claimPhone } from './claim-phone.ts';
import { consumeChallenge } from './code-store.ts';
import type { IdentityParts } from './dependencies.ts';
import { requirePhone } from './identifier.ts';
import { codeNotAccepted } from './refusals.ts';
import { takeRegistrationByPhone } from './registration-store.ts';
import { insertUser } from './user-store.ts';

export interface PhoneVerification {
  /** The sign-up the code is presented for: without it, a code would finish a stranger's sign-up with their password. */
  readonly userId: string;
  readonly phone: string;
  readonly code: string;
  readonly transfer: boolean;
}

/**
 * Finishes a sign-up by phone: the account begins to exist.
 *
 * @throws Problem 409 `phone-not-valid`, `code-not-accepted`, 429 `too-many-requests`; the violation of
 * `users_verified_phone_key` (409 `phone-taken`) leaves sign-up and code as they were
 */
export async function verifyPhone(
  parts: Pick<IdentityParts, 'database' | 'codeSecret' | 'settings' | 'publish' | 'notifications' | 'revokedSessions'>,
  { userId, phone: typed, code, transfer }: PhoneVerification,
): Promise<void> {
  const phone = requirePhone(typed, parts.settings.phoneRegion);
  const challenge = await checkCode(parts, { purpose: 'verify', phone, code });
  const ended = await parts.database.transaction(async (tx) => {
    const registration = await takeRegistrationByPhone(tx, userId, phone);
    if (registration === undefined || !(await consumeChallenge(tx, challenge))) throw codeNotAccepted();
    const revoked = await claimPhone(parts, tx, { userId, phone, transfer });
    const verifiedAt = await insertUser(tx, registration);
    if (verifiedAt !== null) await parts.publish(tx, 'user.phone_verified', { userId, phone, verifiedAt });
    return revoked;
  });
  parts.revokedSessions.add(ended);
}
