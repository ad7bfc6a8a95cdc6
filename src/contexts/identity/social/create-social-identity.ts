import { newId } from '../../../shared/id.ts';
import { unauthenticated } from '../../../shared/platform-problems.ts';
import type { IdentityParts } from '../dependencies.ts';
import { recordSecurityEvent } from '../record-security-event.ts';
import { socialChallengeNotAccepted } from '../refusals.ts';
import { tellOwner } from '../tell-owner.ts';
import { lockAccount } from '../user-store.ts';
import { adoptPhone } from './adopt-phone.ts';
import { takeSocialChallenge } from './social-challenge-store.ts';
import { insertSocialIdentity } from './social-identity-store.ts';
import type { SocialIdentity } from './social-identity-store.ts';
import { notices } from './social-texts.ts';

/**
 * Gives the caller's account another way in: the person whom a provider has identified. The owner is told.
 *
 * @throws Problem 409 `challenge-not-accepted`; the violations of `social_identities_one_owner` and
 * `social_identities_one_per_issuer` (409 `identity-linked`, `provider-linked`) leave the challenge as it was
 */
export async function createSocialIdentity(
  parts: Pick<IdentityParts, 'database' | 'notifications' | 'publish'>,
  { userId, challenge }: { readonly userId: string; readonly challenge: string },
): Promise<SocialIdentity> {
  return parts.database.transaction(async (tx) => {
    const account = await lockAccount(tx, userId);
    if (account === undefined) throw unauthenticated();
    const waiting = await takeSocialChallenge(tx, challenge);
    if (waiting === undefined || (waiting.userId !== null && waiting.userId !== userId))
      throw socialChallengeNotAccepted();
    const { person } = waiting;
    const linked = await insertSocialIdentity(tx, userId, person, { used: false });
    await recordSecurityEvent(tx, 'identity-linked', userId);
    await tellOwner(parts, tx, account, `identity-linked:${newId()}`, notices.linked(person.provider));
    await adoptPhone(parts, tx, account, person);
    return linked;
  });
}
