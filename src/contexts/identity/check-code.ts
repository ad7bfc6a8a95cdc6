import { timingSafeEqual } from 'node:crypto';
import type { Problem } from '../../shared/problem.ts';
import { chargeFailure, countAttempt, secondsUntilGuess } from './code-store.ts';
import { findCredentialsByPhone } from './credentials-store.ts';
import type { IdentityParts } from './dependencies.ts';
import { hashCode } from './one-time-code.ts';
import type { CodePurpose } from './one-time-code.ts';
import { recordSecurityEvent } from './record-security-event.ts';
import { codeNotAccepted, tooManyRequests } from './refusals.ts';

export interface CodeGuess {
  readonly purpose: CodePurpose;
  /** E.164. */
  readonly phone: string;
  readonly code: string;
  /** What to answer to a wrong code. Default: 409 `code-not-accepted`. */
  readonly refuse?: () => Problem;
}

/**
 * Judges a code: counts the guess first and commits the count whatever comes of it, so that many guesses at once are five
 * and not a hundred. Does NOT use the code up: the effect it opens does, in its own transaction (`consumeChallenge`).
 *
 * @returns the challenge to consume
 * @throws Problem `code-not-accepted`, or 429 `too-many-requests` when the number's hour of guesses is used up
 */
export async function checkCode(
  { database, codeSecret }: Pick<IdentityParts, 'database' | 'codeSecret'>,
  { purpose, phone, code, refuse = codeNotAccepted }: CodeGuess,
): Promise<{ readonly purpose: CodePurpose; readonly phone: string; readonly requestId: string }> {
  const challenge = await database.transaction(async (tx) => {
    const counted = await countAttempt(tx, purpose, phone);
    // Only a guess at a living code is charged: otherwise strangers could use up the owner's hour without one.
    if (counted === undefined || (await chargeFailure(tx, phone))) return counted;
    const seconds = await secondsUntilGuess(tx, phone);
    throw tooManyRequests(seconds, 'Too many wrong codes for this number. Other ways to log in still work.');
  });
  const guess = hashCode(codeSecret, purpose, phone, code);
  if (challenge === undefined || !timingSafeEqual(guess, challenge.hash)) {
    await recordSecurityEvent(
      database,
      'code-refused',
      (await findCredentialsByPhone(database, phone))?.userId ?? null,
    );
    throw refuse();
  }
  return { purpose, phone, requestId: challenge.requestId };
}
