import { Problem } from '../../shared/problem.ts';
import { beginLogin, signLogin } from './begin-login.ts';
import type { LoginOutcome } from './begin-login.ts';
import type { LoginOrigin } from './begin-session.ts';
import { checkPassword } from './check-password.ts';
import type { IdentityParts } from './dependencies.ts';
import { normalizeEmail } from './identifier.ts';
import type { PasswordHash } from './password-hasher.ts';
import { invalidCredentials } from './refusals.ts';
import { findCredentialsByEmail, findCredentialsByPhone, lockCredentials, storePassword } from './credentials-store.ts';
import type { Credentials } from './credentials-store.ts';

export interface PasswordLogin extends LoginOrigin {
  readonly password: string;
  readonly signal: AbortSignal;
}

type LoginParts = Pick<IdentityParts, 'database' | 'hasher' | 'signingKeys' | 'clock' | 'settings'>;

/**
 * Logs in with e-mail and password.
 *
 * @throws Problem 401 `invalid-credentials` (unknown, unconfirmed and wrong alike), 429, 503
 */
export async function createSession(
  parts: LoginParts,
  { email: typed, ...login }: PasswordLogin & { readonly email: string },
): Promise<LoginOutcome> {
  const email = normalizeEmail(typed);
  return logIn(parts, login, email, () => findCredentialsByEmail(parts.database, email));
}

/**
 * Logs in with phone and password.
 *
 * @param login `phone` in E.164
 * @throws Problem 401 `invalid-credentials` (unknown, unconfirmed and wrong alike), 429, 503
 */
export async function createPhoneSession(
  parts: LoginParts,
  { phone, ...login }: PasswordLogin & { readonly phone: string },
): Promise<LoginOutcome> {
  return logIn(parts, login, phone, () => findCredentialsByPhone(parts.database, phone));
}

async function logIn(
  parts: LoginParts,
  login: PasswordLogin,
  identifier: string,
  find: () => Promise<Credentials | undefined>,
): Promise<LoginOutcome> {
  const { password, ip, signal } = login;
  const credentials = await checkPassword(parts, { identifier, password, ip, signal }, find);
  if (credentials === undefined) throw invalidCredentials();
  const rehashed = await rehash(parts, credentials, login);
  const begun = await parts.database.transaction(async (tx) => {
    const present = await lockCredentials(tx, credentials.userId, rehashed === undefined ? 'share' : 'update');
    // The password may have been changed while this one was compared with the old hash.
    if (present?.hash !== credentials.hash) throw invalidCredentials();
    if (rehashed !== undefined) await storePassword(tx, credentials.userId, rehashed);
    return beginLogin(tx, credentials.userId, login);
  });
  return signLogin(parts, begun);
}

/** The password hashed anew if the present hash is outdated; undefined too when hashing is busy: the next log-in does it. */
async function rehash(
  { hasher }: Pick<IdentityParts, 'hasher'>,
  credentials: Credentials,
  { password, signal }: PasswordLogin,
): Promise<PasswordHash | undefined> {
  if (!hasher.isOutdated(credentials)) return undefined;
  return hasher.hash(password, signal).catch((error: unknown) => {
    if (error instanceof Problem && error.status === 503) return undefined;
    throw error;
  });
}
