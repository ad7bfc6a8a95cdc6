import type { Transaction } from '../../database/transaction.ts';
import { newId } from '../../shared/id.ts';
import { beginSession, signSession } from './begin-session.ts';
import type { BegunSession, LoginOrigin, SessionTokens } from './begin-session.ts';
import type { IdentityParts } from './dependencies.ts';
import { CHALLENGE_LIFETIME, insertLoginChallenge } from './login-challenge-store.ts';
import { plainAddress } from './network.ts';
import { invalidCredentials } from './refusals.ts';
import { createSecretToken } from './secret-token.ts';
import { hasSecondFactor } from './second-factor-store.ts';
import { findAccount } from './user-store.ts';

/** Half a log-in: the account also has a second factor, for which the session waits. */
export interface LoginChallenge {
  readonly challenge: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/** What a right password or code gives. */
export type LoginOutcome = SessionTokens | LoginChallenge;

/**
 * What every log-in does once its password or code is found right: begins the session, or makes it wait for the second
 * factor. The caller holds the account's row: a factor that is being turned on meanwhile is either seen here or comes later.
 *
 * @throws Problem 401 `invalid-credentials` when the account is locked
 */
export async function beginLogin(
  tx: Transaction,
  userId: string,
  origin: LoginOrigin,
): Promise<BegunSession | LoginChallenge> {
  if (!(await hasSecondFactor(tx, userId))) return beginSession(tx, userId, origin);
  const account = await findAccount(tx, userId);
  if (account === undefined) throw new Error('a log-in of an account that is gone');
  if (account.lock !== null) throw invalidCredentials();
  const token = createSecretToken();
  const { ip, device = null } = origin;
  await insertLoginChallenge(tx, token.hash, { userId, sessionId: newId(), device, ip: plainAddress(ip) });
  return { challenge: token.text, expiresIn: CHALLENGE_LIFETIME };
}

/** Signs the tokens, if there are any yet; after the commit. */
export function signLogin(
  parts: Pick<IdentityParts, 'signingKeys' | 'clock' | 'settings'>,
  begun: BegunSession | LoginChallenge,
): LoginOutcome {
  return 'challenge' in begun ? begun : signSession(parts, begun);
}
