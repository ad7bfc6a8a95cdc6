import { newId } from '../../../shared/id.ts';
import { notFound, unauthenticated } from '../../../shared/platform-problems.ts';
import { Problem } from '../../../shared/problem.ts';
import type { IdentityParts } from '../dependencies.ts';
import { problems } from '../problems.ts';
import { recordSecurityEvent } from '../record-security-event.ts';
import { tellOwner } from '../tell-owner.ts';
import { lockAccount } from '../user-store.ts';
import { deleteSocialIdentityRow, listSocialIdentities } from './social-identity-store.ts';
import { notices } from './social-texts.ts';

/**
 * Takes a way in off the caller's account, unless it is the last one. An address is one, because a password can be reset by it, and
 * so is a number, because of its codes. Sessions go on; the owner is told.
 *
 * @throws Problem 404 `not-found`, 409 `last-way-in`
 */
export async function deleteSocialIdentity(
  parts: Pick<IdentityParts, 'database' | 'notifications'>,
  { userId, identityId }: { readonly userId: string; readonly identityId: string },
): Promise<void> {
  await parts.database.transaction(async (tx) => {
    // Held until the end: neither the other identities nor address and number can go meanwhile.
    const account = await lockAccount(tx, userId);
    if (account === undefined) throw unauthenticated();
    const identities = await listSocialIdentities(tx, userId);
    const identity = identities.find(({ id }) => id === identityId);
    if (identity === undefined || !(await deleteSocialIdentityRow(tx, identityId, userId))) throw notFound();
    if (identities.length === 1 && account.email === null && account.phone === null) {
      throw new Problem(problems['last-way-in'], { detail: 'Set a phone or an e-mail address first.' });
    }
    await recordSecurityEvent(tx, 'identity-unlinked', userId);
    await tellOwner(parts, tx, account, `identity-unlinked:${newId()}`, notices.unlinked(identity.provider));
  });
}
