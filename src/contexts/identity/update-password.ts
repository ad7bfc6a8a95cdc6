import { unauthenticated } from '../../shared/platform-problems.ts';
import { checkPassword } from './check-password.ts';
import type { IdentityParts } from './dependencies.ts';
import { requireGoodPassword } from './password-policy.ts';
import { currentPasswordWrong } from './refusals.ts';
import { setPassword } from './set-password.ts';
import { findCredentialsById, lockCredentials } from './credentials-store.ts';
import { findAccount, lockAccount } from './user-store.ts';

export interface PasswordUpdate {
  readonly userId: string;
  /** The session that asks: it goes on, all others end. */
  readonly sessionId: string;
  readonly currentPassword: string;
  readonly newPassword: string;
  readonly ip: string;
  readonly signal: AbortSignal;
}

/**
 * Changes one's own password.
 *
 * @throws Problem 409 `current-password-wrong`, `password-refused`, 429 after too many wrong guesses, 503
 */
export async function updatePassword(
  parts: Pick<
    IdentityParts,
    'database' | 'hasher' | 'breachedPasswords' | 'settings' | 'notifications' | 'revokedSessions'
  >,
  { userId, sessionId, currentPassword, newPassword, ip, signal }: PasswordUpdate,
): Promise<void> {
  const { database, hasher } = parts;
  const known = await findAccount(database, userId);
  if (known === undefined) throw unauthenticated();
  const guess = { identifier: userId, password: currentPassword, ip, signal };
  const credentials = await checkPassword(parts, guess, () => findCredentialsById(database, userId));
  if (credentials === undefined) throw currentPasswordWrong();
  const identifiers = [known.email, known.phone];
  await requireGoodPassword(parts, { password: newPassword, pointer: '/newPassword', identifiers, signal });
  const hash = await hasher.hash(newPassword, signal);
  const ended = await database.transaction(async (tx) => {
    const present = await lockCredentials(tx, userId, 'update');
    const account = await lockAccount(tx, userId);
    // Another change may have come first; then this caller no longer knows the present password.
    if (account === undefined || present?.hash !== credentials.hash) throw currentPasswordWrong();
    return setPassword(parts, tx, { account, hash, how: 'password-changed', keepSession: sessionId });
  });
  parts.revokedSessions.add(ended);
}
