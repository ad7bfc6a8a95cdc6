import { newId } from '../../shared/id.ts';
import { chargeSms } from './charge-message.ts';
import type { IdentityParts } from './dependencies.ts';
import { requirePhone } from './identifier.ts';
import { sendOneTimeCodeJob } from './jobs.ts';
import type { CodePurpose } from './one-time-code.ts';

export interface CodeRequest {
  readonly phone: string;
  readonly purpose: CodePurpose;
  readonly ip: string;
}

/**
 * Has a code sent if the number may have one; whether it may is judged in the job, so that nobody can tell from here.
 *
 * @throws Problem 409 `phone-not-valid`, 429 `too-many-requests`
 */
export async function requestOneTimeCode(
  parts: Pick<IdentityParts, 'database' | 'enqueue' | 'notifications' | 'settings'>,
  { phone: typed, purpose, ip }: CodeRequest,
): Promise<void> {
  const phone = requirePhone(typed, parts.settings.phoneRegion);
  await parts.database.transaction(async (tx) => {
    await chargeSms(tx, parts, { phone, ip });
    await parts.enqueue(tx, sendOneTimeCodeJob, { requestId: newId(), purpose, phone });
  });
}
