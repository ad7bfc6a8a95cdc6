import { notFound } from '../../../shared/platform-problems.ts';
import type { IdentityParts } from '../dependencies.ts';
import { listSocialIdentities } from './social-identity-store.ts';
import type { SocialIdentity } from './social-identity-store.ts';

/** All ways in to the caller's account by providers, the oldest first. */
export async function getSocialIdentities(
  { database }: Pick<IdentityParts, 'database'>,
  { userId }: { readonly userId: string },
): Promise<readonly SocialIdentity[]> {
  return listSocialIdentities(database, userId);
}

/** @throws Problem 404 `not-found`: none such, or somebody else's */
export async function getSocialIdentity(
  { database }: Pick<IdentityParts, 'database'>,
  { userId, identityId }: { readonly userId: string; readonly identityId: string },
): Promise<SocialIdentity> {
  const found = (await listSocialIdentities(database, userId)).find(({ id }) => id === identityId);
  if (found === undefined) throw notFound();
  return found;
}
