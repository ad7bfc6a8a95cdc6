import { checkCode } from './check-code.ts';
import { consumeChallenge } from './code-store.ts';
import type { IdentityParts } from './dependencies.ts';
import { requirePhone } from './identifier.ts';
import { requireGoodPassword } from './password-policy.ts';
import { codeNotAccepted } from './refusals.ts';
import { setPassword } from './set-password.ts';
import { lockCredentialsByPhone } from './credentials-store.ts';
import { lockAccount } from './user-store.ts';

export interface PhonePasswordReset {
  readonly phone: string;
  readonly code: string;
  readonly newPassword: string;
  readonly signal: AbortSignal;
}

/**
 * Sets a new password for whoever got the code for the purpose `reset`, and ends all sessions. Does NOT log in.
 *
 * @throws Problem 409 `phone-not-valid`, `password-refused` (no guess is counted), `code-not-accepted`, 429, 503
 */
export async function completePhonePasswordReset(
  parts: Pick<
    IdentityParts,
    'database' | 'codeSecret' | 'hasher' | 'breachedPasswords' | 'settings' | 'notifications' | 'revokedSessions'
  >,
  { phone: typed, code, newPassword, signal }: PhonePasswordReset,
): Promise<void> {
  const phone = requirePhone(typed, parts.settings.phoneRegion);
  await requireGoodPassword(parts, { password: newPassword, pointer: '/newPassword', identifiers: [phone], signal });
  const challenge = await checkCode(parts, { purpose: 'reset', phone, code });
  const hash = await parts.hasher.hash(newPassword, signal);
  const ended = await parts.database.transaction(async (tx) => {
    const owner = await lockCredentialsByPhone(tx, phone);
    const account = owner === undefined ? undefined : await lockAccount(tx, owner.userId);
    if (account === undefined || !(await consumeChallenge(tx, challenge))) throw codeNotAccepted();
    return setPassword(parts, tx, { account, hash, how: 'password-reset' });
  });
  parts.revokedSessions.add(ended);
}
