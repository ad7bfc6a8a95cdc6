import type { Transaction } from '../../../database/transaction.ts';
import { newId } from '../../../shared/id.ts';
import { Problem } from '../../../shared/problem.ts';
import type { Profile } from '../account.ts';
import { beginSession, signSession } from '../begin-session.ts';
import type { LoginOrigin, SessionTokens } from '../begin-session.ts';
import { checkCode } from '../check-code.ts';
import { claimPhone } from '../claim-phone.ts';
import { consumeChallenge } from '../code-store.ts';
import type { IdentityParts } from '../dependencies.ts';
import { requirePhone } from '../identifier.ts';
import { NO_PASSWORD } from '../password-hasher.ts';
import { problems } from '../problems.ts';
import { recordSecurityEvent } from '../record-security-event.ts';
import { codeNotAccepted, socialLoginRefused } from '../refusals.ts';
import { deleteClaimsOnEmail } from '../registration-store.ts';
import { insertUser } from '../user-store.ts';
import type { KnownPerson } from './known-person.ts';
import { findSocialChallenge, takeSocialChallenge } from './social-challenge-store.ts';
import { insertSocialIdentity } from './social-identity-store.ts';

export interface SocialRegistration extends Profile, LoginOrigin {
  readonly challenge: string;
  /** Both are needed unless a trusted provider has verified the number. */
  readonly phone: string | undefined;
  readonly code: string | undefined;
  /** Take the number from the account that has it. */
  readonly transfer: boolean;
}

type Parts = Pick<
  IdentityParts,
  'database' | 'codeSecret' | 'settings' | 'publish' | 'notifications' | 'revokedSessions' | 'signingKeys' | 'clock'
>;

/** A number whose possession is proven, and how. */
interface ProvenPhone {
  readonly phone: string;
  readonly code: Awaited<ReturnType<typeof checkCode>> | undefined;
}

/**
 * Finishes a sign-up by a provider: the account begins to exist, without a password, and is logged in to. Sign-ups of others
 * that wait for the address or the number end, and the passwords set for them with them.
 *
 * @throws Problem 401 `social-login-refused`, 409 `phone-required`, `phone-not-valid`, `code-not-accepted`, 429; the violations of
 * `users_verified_phone_key` (409 `phone-taken`), `users_verified_email_key` (409 `email-taken`) and
 * `social_identities_one_owner` (409 `identity-linked`) leave challenge and code as they were
 */
export async function completeSocialRegistration(
  parts: Parts,
  registration: SocialRegistration,
): Promise<SessionTokens> {
  const waiting = await findSocialChallenge(parts.database, registration.challenge);
  if (waiting === undefined || waiting.userId !== null) throw socialLoginRefused();
  const proof = await provePhone(parts, registration, waiting.person);
  const { begun, ended } = await parts.database.transaction(async (tx) => {
    if ((await takeSocialChallenge(tx, registration.challenge)) === undefined) throw socialLoginRefused();
    return register(parts, tx, { ...registration, person: waiting.person, proof });
  });
  parts.revokedSessions.add(ended);
  return signSession(parts, begun);
}

async function provePhone(
  parts: Parts,
  { phone, code }: SocialRegistration,
  { phone: known }: KnownPerson,
): Promise<ProvenPhone> {
  if (phone === undefined && code === undefined && known?.verified === true)
    return { phone: known.number, code: undefined };
  if (phone === undefined || code === undefined) {
    throw new Problem(problems['phone-required'], {
      detail: 'Have a code sent to a mobile number, and give both.',
      errors: ['/phone', '/code'].map((pointer) => ({ pointer, detail: 'is missing' })),
    });
  }
  const number = requirePhone(phone, parts.settings.phoneRegion);
  return { phone: number, code: await checkCode(parts, { purpose: 'social', phone: number, code }) };
}

async function register(
  parts: Parts,
  tx: Transaction,
  {
    person,
    proof,
    transfer,
    gender,
    age,
    ip,
    device,
  }: SocialRegistration & { person: KnownPerson; proof: ProvenPhone },
) {
  const { phone, code } = proof;
  if (code !== undefined && !(await consumeChallenge(tx, code))) throw codeNotAccepted();
  const userId = newId();
  // Only who has just shown the number may take it away from another account; a provider's word is not enough for that.
  const ended = await claimPhone(parts, tx, { userId, phone, transfer: transfer && code !== undefined });
  const verifiedAt = await insertUser(tx, { id: userId, email: person.email, phone, gender, age, ...NO_PASSWORD });
  if (verifiedAt !== null) await parts.publish(tx, 'user.phone_verified', { userId, phone, verifiedAt });
  if (person.email !== null) await deleteClaimsOnEmail(tx, person.email);
  await insertSocialIdentity(tx, userId, person, { used: true });
  await recordSecurityEvent(tx, 'identity-linked', userId);
  return { begun: await beginSession(tx, userId, { ip, device }), ended };
}
