import type { IdentityParts } from '../dependencies.ts';
import { socialLoginRefused } from '../refusals.ts';
import { requestOneTimeCode } from '../request-one-time-code.ts';
import { findSocialChallenge } from './social-challenge-store.ts';

export interface SocialCodeRequest {
  readonly challenge: string;
  readonly phone: string;
  readonly ip: string;
}

/**
 * Has a code sent to the number that somebody from a provider says is theirs. Without a living challenge nothing is sent, so
 * that numbers cannot be written to by whoever likes.
 *
 * @throws Problem 401 `social-login-refused`, 409 `phone-not-valid`, 429
 */
export async function requestSocialCode(
  parts: Pick<IdentityParts, 'database' | 'enqueue' | 'notifications' | 'settings'>,
  { challenge, phone, ip }: SocialCodeRequest,
): Promise<void> {
  const waiting = await findSocialChallenge(parts.database, challenge);
  if (waiting === undefined || waiting.userId !== null) throw socialLoginRefused();
  await requestOneTimeCode(parts, { phone, purpose: 'social', ip });
}
