import type { IdentityParts } from './dependencies.ts';
import { replacePasswordReset, RESET_LIFETIME } from './password-reset-store.ts';
import { createSecretToken } from './secret-token.ts';
import { mails } from './texts.ts';
import { findCredentialsByEmail } from './credentials-store.ts';

/** Mails a reset token to the owner of the address; to nobody else anything. Safe to repeat. */
export async function sendPasswordResetMail(
  { database, notifications, clock }: Pick<IdentityParts, 'database' | 'notifications' | 'clock'>,
  { requestId, email }: { readonly requestId: string; readonly email: string },
): Promise<void> {
  await database.transaction(async (tx) => {
    const owner = await findCredentialsByEmail(tx, email);
    if (owner === undefined) return;
    const token = createSecretToken();
    const { userId } = owner;
    if (!(await replacePasswordReset(tx, { userId, requestId, tokenHash: token.hash }))) return;
    await notifications.queueMessages(tx, [
      {
        dedupeKey: `password-reset:${requestId}`,
        channel: 'email',
        class: 'otp',
        address: email,
        ...mails.resetPassword(token.text),
        deadline: new Date(clock.now().getTime() + RESET_LIFETIME * 1000),
        userId,
      },
    ]);
  });
}
