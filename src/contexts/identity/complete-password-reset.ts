import type { IdentityParts } from './dependencies.ts';
import { requireGoodPassword } from './password-policy.ts';
import { findPasswordReset, takePasswordReset } from './password-reset-store.ts';
import { tokenNotAccepted } from './refusals.ts';
import { hashSecretToken } from './secret-token.ts';
import { setPassword } from './set-password.ts';
import { findAccount, lockAccount } from './user-store.ts';

export interface PasswordReset {
  readonly token: string;
  readonly newPassword: string;
  readonly signal: AbortSignal;
}

/**
 * Sets a new password for whoever got the token by mail, and ends all sessions. Does NOT log in.
 *
 * @throws Problem 409 `token-not-accepted`, `password-refused` (the token stays good), 503
 */
export async function completePasswordReset(
  parts: Pick<
    IdentityParts,
    'database' | 'hasher' | 'breachedPasswords' | 'settings' | 'notifications' | 'revokedSessions'
  >,
  { token, newPassword, signal }: PasswordReset,
): Promise<void> {
  const tokenHash = hashSecretToken(token);
  // Looked at before hashing: made-up tokens must not cost a core's time each.
  const owner = await findPasswordReset(parts.database, tokenHash);
  const known = owner === undefined ? undefined : await findAccount(parts.database, owner);
  if (known === undefined) throw tokenNotAccepted();
  const identifiers = [known.email, known.phone];
  await requireGoodPassword(parts, { password: newPassword, pointer: '/newPassword', identifiers, signal });
  const hash = await parts.hasher.hash(newPassword, signal);
  const ended = await parts.database.transaction(async (tx) => {
    const account = await lockAccount(tx, known.id);
    const taken = await takePasswordReset(tx, tokenHash);
    if (account === undefined || taken !== account.id) throw tokenNotAccepted();
    return setPassword(parts, tx, { account, hash, how: 'password-reset' });
  });
  parts.revokedSessions.add(ended);
}
