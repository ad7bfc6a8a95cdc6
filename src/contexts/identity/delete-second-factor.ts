import { newId } from '../../shared/id.ts';
import { unauthenticated } from '../../shared/platform-problems.ts';
import { checkSecondFactor, useProof } from './check-second-factor.ts';
import type { IdentityParts } from './dependencies.ts';
import { codeNotAccepted } from './refusals.ts';
import { texts } from './second-factor-texts.ts';
import { forgetSecondFactor } from './second-factor-store.ts';
import { recordSecurityEvent } from './record-security-event.ts';
import { tellOwner } from './tell-owner.ts';
import { lockAccount } from './user-store.ts';

/**
 * Turns the second factor off, for whoever proves it once more. Log-ins that wait for it end.
 *
 * @throws Problem 409 `code-not-accepted`, `second-factor-missing`, 429, 503
 */
export async function deleteSecondFactor(
  parts: Pick<IdentityParts, 'database' | 'keyRing' | 'clock' | 'notifications'>,
  { userId, code }: { readonly userId: string; readonly code: string },
): Promise<void> {
  const proof = await checkSecondFactor(parts, { userId, code });
  await parts.database.transaction(async (tx) => {
    const account = await lockAccount(tx, userId);
    if (account === undefined) throw unauthenticated();
    if (!(await useProof(parts, tx, userId, proof))) throw codeNotAccepted();
    await forgetSecondFactor(tx, userId);
    await recordSecurityEvent(tx, 'second-factor-disabled', userId);
    await tellOwner(parts, tx, account, `second-factor-disabled:${newId()}`, texts.disabled);
  });
}
