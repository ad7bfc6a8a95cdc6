import { setTimeout as pause } from 'node:timers/promises';
import type { Transaction } from '../../database/transaction.ts';
import { unavailable } from '../../shared/platform-problems.ts';
import { signSession } from './begin-session.ts';
import type { BegunSession, SessionTokens } from './begin-session.ts';
import type { IdentityParts } from './dependencies.ts';
import { sealSuccessor, unsealSuccessor } from './refresh-token.ts';
import { sessionEnded } from './refusals.ts';
import { createSecretToken, hashSecretToken } from './secret-token.ts';
import { recordSecurityEvent } from './record-security-event.ts';
import { findRefreshToken, lockSessionByToken, revokeSession, rotateRefreshToken } from './session-store.ts';
import type { LockedSession } from './session-store.ts';
import { findAccount } from './user-store.ts';

/** Milliseconds a renewal tries for its session's lock. */
const PATIENCE = 5000;

/** What a look at a presented token came to. All but `renewed` is answered with 401 after the commit. */
type Renewal =
  | { readonly outcome: 'renewed'; readonly session: BegunSession }
  | { readonly outcome: 'ended' }
  | { readonly outcome: 'reused'; readonly sessionId: string }
  | { readonly outcome: 'busy' };

/**
 * Exchanges a refresh token for its successor. The last token gives the same successor again within the grace; an older
 * one ends the session for everyone, and that end is committed although the caller is refused.
 *
 * @throws Problem 401 `session-ended`; 503 `unavailable` when others held the session for five seconds
 */
export async function renewSession(
  parts: Pick<IdentityParts, 'database' | 'signingKeys' | 'revokedSessions' | 'clock' | 'settings'>,
  { refreshToken, signal }: { readonly refreshToken: string; readonly signal: AbortSignal },
): Promise<SessionTokens> {
  const giveUpAt = performance.now() + PATIENCE;
  for (;;) {
    const renewal = await parts.database.transaction((tx) => renew(tx, refreshToken));
    switch (renewal.outcome) {
      case 'renewed':
        return signSession(parts, renewal.session);
      case 'reused':
        parts.revokedSessions.add([renewal.sessionId]);
        throw sessionEnded();
      case 'ended':
        throw sessionEnded();
      case 'busy':
        if (performance.now() > giveUpAt) throw unavailable(1, { detail: 'This session is being renewed elsewhere.' });
        // Outside the transaction: a storm of renewals must not wait in the pool's connections.
        await pause(10 + Math.random() * 20, undefined, { signal });
    }
  }
}

async function renew(tx: Transaction, presented: string): Promise<Renewal> {
  const tokenHash = hashSecretToken(presented);
  const session = await lockSessionByToken(tx, tokenHash);
  // Read after the lock, in a statement of its own: what was seen before it may be a generation old.
  const token = await findRefreshToken(tx, tokenHash);
  if (token === undefined) return { outcome: 'ended' };
  if (session === undefined) return { outcome: 'busy' };
  if (session.ended) return { outcome: 'ended' };
  if (token.gen === session.gen) return rotate(tx, session, presented, tokenHash);
  if (token.gen === session.gen - 1 && token.inGrace && token.successorCipher !== null) {
    return continueWith(tx, session, unsealSuccessor(presented, session.id, token.successorCipher));
  }
  const { id, userId } = session;
  await revokeSession(tx, { id, userId, reason: 'token-reused' });
  await recordSecurityEvent(tx, 'refresh-token-reused', userId);
  return { outcome: 'reused', sessionId: id };
}

async function rotate(tx: Transaction, session: LockedSession, presented: string, tokenHash: Buffer): Promise<Renewal> {
  const successor = createSecretToken();
  const successorCipher = sealSuccessor(presented, session.id, successor.text);
  await rotateRefreshToken(tx, { sessionId: session.id, tokenHash, successorHash: successor.hash, successorCipher });
  return continueWith(tx, session, successor.text);
}

async function continueWith(tx: Transaction, session: LockedSession, refreshToken: string): Promise<Renewal> {
  const account = await findAccount(tx, session.userId);
  if (account === undefined || account.lock !== null) return { outcome: 'ended' };
  return { outcome: 'renewed', session: { sessionId: session.id, refreshToken, account } };
}
