import { beginSession, signSession } from './begin-session.ts';
import type { SessionTokens } from './begin-session.ts';
import { chargeGuess, prove, useProof } from './check-second-factor.ts';
import { lockCredentials } from './credentials-store.ts';
import type { IdentityParts } from './dependencies.ts';
import { countChallengeAttempt, takeLoginChallenge } from './login-challenge-store.ts';
import { recordSecurityEvent } from './record-security-event.ts';
import { secondFactorRefused } from './refusals.ts';
import { hashSecretToken } from './secret-token.ts';

/**
 * Finishes a log-in that waits for its second factor: begins the very session that the challenge was made for.
 *
 * @throws Problem 401 `second-factor-refused` (wrong code, and wrong, used or expired challenge alike), 429, 503
 */
export async function completeSession(
  parts: Pick<IdentityParts, 'database' | 'keyRing' | 'notifications' | 'signingKeys' | 'clock' | 'settings'>,
  { challenge, code }: { readonly challenge: string; readonly code: string },
): Promise<SessionTokens> {
  const { database, clock } = parts;
  const tokenHash = hashSecretToken(challenge);
  const guess = await database.transaction(async (tx) => {
    const userId = await countChallengeAttempt(tx, tokenHash);
    return userId === undefined
      ? undefined
      : { userId, ...(await chargeGuess(parts, tx, userId, { confirmed: true })) };
  });
  const proof = guess === undefined ? undefined : prove(guess.secret, code, clock.now());
  if (guess === undefined) throw secondFactorRefused();
  if (proof === undefined) {
    await recordSecurityEvent(database, 'second-factor-refused', guess.userId);
    throw secondFactorRefused();
  }
  const begun = await database.transaction(async (tx) => {
    // Held as by every log-in: what ends the account's sessions also ends those that are only beginning.
    await lockCredentials(tx, guess.userId, 'share');
    const waiting = await takeLoginChallenge(tx, tokenHash);
    if (waiting === undefined || !(await useProof(parts, tx, guess.userId, proof))) throw secondFactorRefused();
    const { sessionId, ip, device } = waiting;
    return beginSession(tx, guess.userId, { ip, device: device ?? undefined }, sessionId);
  });
  return signSession(parts, begun);
}
