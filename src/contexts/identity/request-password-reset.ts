import { newId } from '../../shared/id.ts';
import { chargeEmail } from './charge-message.ts';
import type { IdentityParts } from './dependencies.ts';
import { normalizeEmail } from './identifier.ts';
import { sendPasswordResetMailJob } from './jobs.ts';

/**
 * Has a reset token mailed if the address has an account; whether it has is judged in the job, so that nobody can tell
 * from here.
 *
 * @throws Problem 429 `too-many-requests`
 */
export async function requestPasswordReset(
  parts: Pick<IdentityParts, 'database' | 'enqueue' | 'settings'>,
  { email: typed }: { readonly email: string },
): Promise<void> {
  const email = normalizeEmail(typed);
  await parts.database.transaction(async (tx) => {
    await chargeEmail(tx, parts, email);
    await parts.enqueue(tx, sendPasswordResetMailJob, { requestId: newId(), email });
  });
}
