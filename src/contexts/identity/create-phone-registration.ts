import { newId } from '../../shared/id.ts';
import type { Profile } from './account.ts';
import { chargeSms } from './charge-message.ts';
import type { IdentityParts } from './dependencies.ts';
import { requirePhone } from './identifier.ts';
import { sendOneTimeCodeJob } from './jobs.ts';
import { requireGoodPassword } from './password-policy.ts';
import { insertRegistration } from './registration-store.ts';

export interface PhoneRegistrationCommand extends Profile {
  readonly phone: string;
  readonly password: string;
  readonly ip: string;
  readonly signal: AbortSignal;
}

/**
 * Takes a sign-up by phone and has a code sent. Does NOT look whether the number has an account: its holder gets a code in
 * any case, and may take the number over with it.
 *
 * @returns the id the account will have; the code must be presented together with it
 * @throws Problem 409 `phone-not-valid`, `password-refused`, 429 `too-many-requests`, 503 `unavailable`
 */
export async function createPhoneRegistration(
  parts: Pick<IdentityParts, 'database' | 'enqueue' | 'hasher' | 'breachedPasswords' | 'settings' | 'notifications'>,
  { phone: typed, password, gender, age, ip, signal }: PhoneRegistrationCommand,
): Promise<{ readonly userId: string }> {
  const phone = requirePhone(typed, parts.settings.phoneRegion);
  await requireGoodPassword(parts, { password, pointer: '/password', identifiers: [phone], signal });
  const { hash, scheme } = await parts.hasher.hash(password, signal);
  const id = newId();
  await parts.database.transaction(async (tx) => {
    await chargeSms(tx, parts, { phone, ip });
    await insertRegistration(tx, { id, email: null, phone, hash, scheme, gender, age });
    await parts.enqueue(tx, sendOneTimeCodeJob, { requestId: newId(), purpose: 'verify', phone });
  });
  return { userId: id };
}
