import type { IdentityParts } from './dependencies.ts';
import { countLoginTry, forgetLoginTries, forgiveLoginTry } from './login-throttle-store.ts';
import { networkOf } from './network.ts';
import { recordSecurityEvent } from './record-security-event.ts';
import { tooManyRequests } from './refusals.ts';
import type { Credentials } from './credentials-store.ts';

export interface PasswordGuess {
  /** The account's name as the caller gave it, in one spelling; known or not. */
  readonly identifier: string;
  readonly password: string;
  readonly ip: string;
  readonly signal: AbortSignal;
}

/**
 * Judges a password. Counts the guess first, and records a wrong one; takes the same time whether or not there is such an
 * account. Every password of a locked account is wrong.
 *
 * @param find reads the credentials, after the guess is counted
 * @returns the credentials the password belongs to, or undefined
 * @throws Problem 429 `too-many-requests` when this network guesses at this account too often, 503 `unavailable`
 */
export async function checkPassword(
  { database, hasher }: Pick<IdentityParts, 'database' | 'hasher'>,
  { identifier, password, ip, signal }: PasswordGuess,
  find: () => Promise<Credentials | undefined>,
): Promise<Credentials | undefined> {
  const attempt = { identifier, network: networkOf(ip) };
  const wait = await countLoginTry(database, attempt);
  if (wait > 0) throw tooManyRequests(wait, 'Too many wrong passwords for this account from your network.');
  const credentials = await find();
  const right = await hasher.verify(password, credentials, signal).catch(async (error: unknown) => {
    // Turned away unjudged: that was no guess.
    await forgiveLoginTry(database, attempt);
    throw error;
  });
  if (!right || credentials?.locked === true) {
    await recordSecurityEvent(database, 'password-refused', credentials?.userId ?? null);
    return undefined;
  }
  await forgetLoginTries(database, attempt);
  return credentials;
}
