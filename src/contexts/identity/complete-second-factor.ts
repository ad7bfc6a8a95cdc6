import { newId } from '../../shared/id.ts';
import { Problem } from '../../shared/problem.ts';
import { unauthenticated } from '../../shared/platform-problems.ts';
import { chargeGuess } from './check-second-factor.ts';
import type { IdentityParts } from './dependencies.ts';
import { problems } from './problems.ts';
import { createRecoveryCodes } from './recovery-code.ts';
import { codeNotAccepted } from './refusals.ts';
import { texts } from './second-factor-texts.ts';
import { confirmTotp, hasSecondFactor, replaceRecoveryCodes } from './second-factor-store.ts';
import { recordSecurityEvent } from './record-security-event.ts';
import { tellOwner } from './tell-owner.ts';
import { stepOf } from './totp.ts';
import { lockAccount } from './user-store.ts';

/**
 * Turns the second factor on by a code from the app, which counts as used.
 *
 * @returns the recovery codes, which nobody can read again
 * @throws Problem 409 `code-not-accepted`, `second-factor-enabled`, 429, 503
 */
export async function completeSecondFactor(
  parts: Pick<IdentityParts, 'database' | 'keyRing' | 'clock' | 'notifications'>,
  { userId, code }: { readonly userId: string; readonly code: string },
): Promise<readonly string[]> {
  const { secret, secretCipher } = await parts.database.transaction(async (tx) => {
    if (await hasSecondFactor(tx, userId)) throw new Problem(problems['second-factor-enabled']);
    return chargeGuess(parts, tx, userId, { confirmed: false }).catch((error: unknown) => {
      // Nothing was begun: no code can be right.
      if (error instanceof Problem && error.code === 'second-factor-missing') throw codeNotAccepted();
      throw error;
    });
  });
  const step = stepOf(secret, code, parts.clock.now());
  if (step === undefined) throw codeNotAccepted();
  const codes = createRecoveryCodes();
  await parts.database.transaction(async (tx) => {
    const account = await lockAccount(tx, userId);
    if (account === undefined) throw unauthenticated();
    if (!(await confirmTotp(tx, userId, { step, secretCipher }))) throw codeNotAccepted();
    await replaceRecoveryCodes(
      tx,
      userId,
      codes.map(({ hash }) => hash),
    );
    await recordSecurityEvent(tx, 'second-factor-enabled', userId);
    await tellOwner(parts, tx, account, `second-factor-enabled:${newId()}`, texts.enabled);
  });
  return codes.map(({ text }) => text);
}
