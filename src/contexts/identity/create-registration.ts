import { newId } from '../../shared/id.ts';
import type { Profile } from './account.ts';
import { chargeEmail } from './charge-message.ts';
import type { IdentityParts } from './dependencies.ts';
import { normalizeEmail } from './identifier.ts';
import { sendRegistrationMailJob } from './jobs.ts';
import { requireGoodPassword } from './password-policy.ts';
import { insertRegistration } from './registration-store.ts';

export interface RegistrationCommand extends Profile {
  readonly email: string;
  readonly password: string;
  readonly signal: AbortSignal;
}

/**
 * Takes a sign-up by e-mail. Does NOT look whether the address has an account: the job that mails does, so that answer and
 * time are the same for every address.
 *
 * @returns the id the account will have
 * @throws Problem 409 `password-refused`, 429 `too-many-requests`, 503 `unavailable`
 */
export async function createRegistration(
  parts: Pick<IdentityParts, 'database' | 'enqueue' | 'hasher' | 'breachedPasswords' | 'settings'>,
  { email: typed, password, gender, age, signal }: RegistrationCommand,
): Promise<{ readonly userId: string }> {
  const email = normalizeEmail(typed);
  await requireGoodPassword(parts, { password, pointer: '/password', identifiers: [email], signal });
  const { hash, scheme } = await parts.hasher.hash(password, signal);
  const id = newId();
  await parts.database.transaction(async (tx) => {
    await chargeEmail(tx, parts, email);
    await insertRegistration(tx, { id, email, phone: null, hash, scheme, gender, age });
    await parts.enqueue(tx, sendRegistrationMailJob, { registrationId: id });
  });
  return { userId: id };
}
