import { newId } from '../../shared/id.ts';
import { unauthenticated } from '../../shared/platform-problems.ts';
import { checkSecondFactor, useProof } from './check-second-factor.ts';
import type { IdentityParts } from './dependencies.ts';
import { createRecoveryCodes } from './recovery-code.ts';
import { codeNotAccepted } from './refusals.ts';
import { texts } from './second-factor-texts.ts';
import { replaceRecoveryCodes } from './second-factor-store.ts';
import { recordSecurityEvent } from './record-security-event.ts';
import { tellOwner } from './tell-owner.ts';
import { lockAccount } from './user-store.ts';

/**
 * Voids the recovery codes and gives new ones.
 *
 * @throws Problem 409 `code-not-accepted`, `second-factor-missing`, 429, 503
 */
export async function renewRecoveryCodes(
  parts: Pick<IdentityParts, 'database' | 'keyRing' | 'clock' | 'notifications'>,
  { userId, code }: { readonly userId: string; readonly code: string },
): Promise<readonly string[]> {
  const proof = await checkSecondFactor(parts, { userId, code });
  const codes = createRecoveryCodes();
  await parts.database.transaction(async (tx) => {
    const account = await lockAccount(tx, userId);
    if (account === undefined) throw unauthenticated();
    if (!(await useProof(parts, tx, userId, proof))) throw codeNotAccepted();
    await replaceRecoveryCodes(
      tx,
      userId,
      codes.map(({ hash }) => hash),
    );
    await recordSecurityEvent(tx, 'recovery-codes-renewed', userId);
    await tellOwner(parts, tx, account, `recovery-codes-renewed:${newId()}`, texts.recoveryCodesRenewed);
  });
  return codes.map(({ text }) => text);
}
