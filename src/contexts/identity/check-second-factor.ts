import { newId } from '../../shared/id.ts';
import { cipherOf } from '../../database/sealed-column.ts';
import type { Transaction } from '../../database/transaction.ts';
import { MissingKeyError } from '../../shared/key-ring.ts';
import { unavailable } from '../../shared/platform-problems.ts';
import { Problem } from '../../shared/problem.ts';
import type { IdentityParts } from './dependencies.ts';
import { problems } from './problems.ts';
import { hashRecoveryCode } from './recovery-code.ts';
import { codeNotAccepted, tooManyRequests } from './refusals.ts';
import { totpSecretColumn } from './sealed-columns.ts';
import { chargeSecondFactor, consumeRecoveryCode, consumeTotpStep, secondsUntilGuess } from './second-factor-store.ts';
import { recordSecurityEvent } from './record-security-event.ts';
import { tellOwner } from './tell-owner.ts';
import { texts } from './second-factor-texts.ts';
import { stepOf } from './totp.ts';
import { findAccount } from './user-store.ts';

/** What a code proves, to be used up in the transaction of what it opens. */
export type FactorProof =
  { readonly kind: 'app'; readonly step: number } | { readonly kind: 'recovery'; readonly hash: Buffer };

/**
 * Counts a guess at an account's second factor and opens the secret to compare it with. A secret that does not open undoes
 * the count: that was no guess.
 *
 * @throws Problem 429 `too-many-requests`, 409 `second-factor-missing`, 503 when the secret's key is not here
 */
export async function chargeGuess(
  { keyRing }: Pick<IdentityParts, 'keyRing'>,
  tx: Transaction,
  userId: string,
  { confirmed }: { readonly confirmed: boolean },
): Promise<{ readonly secret: Buffer; readonly secretCipher: Buffer }> {
  const charged = await chargeSecondFactor(tx, userId, confirmed);
  if (charged === undefined) {
    const seconds = await secondsUntilGuess(tx, userId, confirmed);
    if (seconds === undefined) throw new Problem(problems['second-factor-missing']);
    throw tooManyRequests(seconds, 'Too many wrong codes for this account.');
  }
  const { secretCipher } = charged;
  try {
    return { secret: cipherOf(keyRing, totpSecretColumn).open(userId, secretCipher), secretCipher };
  } catch (cause) {
    if (!(cause instanceof MissingKeyError)) throw cause;
    throw unavailable(60, { detail: 'Second factors of this account cannot be checked now.', cause });
  }
}

/** What the code proves if it is right; undefined when it can't be. Whether it was used before, `useProof` says. */
export function prove(secret: Buffer, code: string, now: Date): FactorProof | undefined {
  if (!/^\d{6}$/.test(code)) return { kind: 'recovery', hash: hashRecoveryCode(code) };
  const step = stepOf(secret, code, now);
  return step === undefined ? undefined : { kind: 'app', step };
}

/** Uses the proof up; the owner is told of a recovery code that goes. @returns false when it was used before, or never good */
export async function useProof(
  parts: Pick<IdentityParts, 'notifications'>,
  tx: Transaction,
  userId: string,
  proof: FactorProof,
): Promise<boolean> {
  if (proof.kind === 'app') return consumeTotpStep(tx, userId, proof.step);
  if (!(await consumeRecoveryCode(tx, userId, proof.hash))) return false;
  await recordSecurityEvent(tx, 'recovery-code-used', userId);
  const account = await findAccount(tx, userId);
  if (account !== undefined)
    await tellOwner(parts, tx, account, `recovery-code-used:${newId()}`, texts.recoveryCodeUsed);
  return true;
}

/**
 * Judges a code of an account whose owner is logged in. Does NOT use it up.
 *
 * @throws Problem 409 `code-not-accepted`, `second-factor-missing`, 429, 503
 */
export async function checkSecondFactor(
  parts: Pick<IdentityParts, 'database' | 'keyRing' | 'clock'>,
  { userId, code }: { readonly userId: string; readonly code: string },
): Promise<FactorProof> {
  const { secret } = await parts.database.transaction((tx) => chargeGuess(parts, tx, userId, { confirmed: true }));
  const proof = prove(secret, code, parts.clock.now());
  if (proof === undefined) throw codeNotAccepted();
  return proof;
}
