import type { Transaction } from '../../database/transaction.ts';
import { newId } from '../../shared/id.ts';
import { createAccessToken } from './access-token.ts';
import type { Account } from './account.ts';
import { cancelDeletion } from './deletion-store.ts';
import type { IdentityParts } from './dependencies.ts';
import { plainAddress } from './network.ts';
import { recordSecurityEvent } from './record-security-event.ts';
import { invalidCredentials } from './refusals.ts';
import { createSecretToken } from './secret-token.ts';
import { insertSession } from './session-store.ts';
import { findAccount } from './user-store.ts';

/** Where a log-in comes from. */
export interface LoginOrigin {
  readonly ip: string;
  /** What the person calls the device. */
  readonly device: string | undefined;
}

/** What a log-in or a renewal gives to the caller. */
export interface SessionTokens {
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly refreshToken: string;
  readonly sessionId: string;
  readonly account: Account;
}

/** A session whose access token is not signed yet. */
export interface BegunSession {
  readonly sessionId: string;
  readonly refreshToken: string;
  readonly account: Account;
}

/**
 * Begins a session of an account whose row the caller holds, so that it can outlive neither a change of the password nor a
 * lock. It cancels a deletion under way: who logs in wants the account.
 *
 * @throws Problem 401 `invalid-credentials` when the account is locked
 */
export async function beginSession(
  tx: Transaction,
  userId: string,
  origin: LoginOrigin,
  sessionId: string = newId(),
): Promise<BegunSession> {
  const account = await findAccount(tx, userId);
  if (account === undefined) throw new Error('a session for an account that is gone');
  if (account.lock !== null) throw invalidCredentials();
  const token = createSecretToken();
  const { ip, device = null } = origin;
  await insertSession(tx, { id: sessionId, userId, device, ip: plainAddress(ip), tokenHash: token.hash });
  const actor = { type: 'user', id: userId, sessionId } as const;
  await recordSecurityEvent(tx, 'logged-in', userId, actor);
  const session = { sessionId, refreshToken: token.text };
  if (account.deletionDueAt === null) return { ...session, account };
  await cancelDeletion(tx, userId);
  await recordSecurityEvent(tx, 'deletion-cancelled', userId, actor);
  return { ...session, account: (await findAccount(tx, userId)) ?? account };
}

/** Adds the access token, after the commit: signing takes the time of several statements. */
export function signSession(
  parts: Pick<IdentityParts, 'signingKeys' | 'clock' | 'settings'>,
  { sessionId, refreshToken, account }: BegunSession,
): SessionTokens {
  const { token, expiresIn } = createAccessToken(parts, { userId: account.id, sessionId, roles: account.roles });
  return { accessToken: token, expiresIn, refreshToken, sessionId, account };
}
