import type { IdentityParts } from './dependencies.ts';
import { CONFIRMATION_LIFETIME, findUnconfirmedEmailChange, setEmailChangeToken } from './email-change-store.ts';
import { createSecretToken } from './secret-token.ts';
import { mails } from './texts.ts';

/**
 * Mails the confirmation token of a change of address; or, when the address has an account, tells its owner. Safe to
 * repeat: a change that has its token, or is gone, is left alone, and each message is queued once.
 */
export async function sendEmailChangeMail(
  { database, notifications, clock }: Pick<IdentityParts, 'database' | 'notifications' | 'clock'>,
  { requestId }: { readonly requestId: string },
): Promise<void> {
  await database.transaction(async (tx) => {
    const change = await findUnconfirmedEmailChange(tx, requestId);
    if (change === undefined) return;
    const message = { dedupeKey: `email-change:${requestId}`, channel: 'email', address: change.email } as const;
    if (change.taken) {
      await notifications.queueMessages(tx, [{ ...message, class: 'transactional', ...mails.addressWanted() }]);
      return;
    }
    const token = createSecretToken();
    await setEmailChangeToken(tx, requestId, token.hash);
    const deadline = new Date(clock.now().getTime() + CONFIRMATION_LIFETIME * 1000);
    const text = mails.confirmNewAddress(token.text);
    await notifications.queueMessages(tx, [{ ...message, class: 'otp', deadline, userId: change.userId, ...text }]);
  });
}
