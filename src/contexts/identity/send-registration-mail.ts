import type { IdentityParts } from './dependencies.ts';
import { CONFIRMATION_LIFETIME } from './email-change-store.ts';
import { deleteRegistration, findUnconfirmedRegistration, setRegistrationToken } from './registration-store.ts';
import { createSecretToken } from './secret-token.ts';
import { mails } from './texts.ts';

/**
 * Mails the confirmation token of a sign-up; or, when the address has an account, tells its owner and forgets the sign-up.
 * Safe to repeat: a sign-up that has its token, or is gone, is left alone.
 */
export async function sendRegistrationMail(
  { database, notifications, clock }: Pick<IdentityParts, 'database' | 'notifications' | 'clock'>,
  { registrationId }: { readonly registrationId: string },
): Promise<void> {
  await database.transaction(async (tx) => {
    const registration = await findUnconfirmedRegistration(tx, registrationId);
    if (registration === undefined) return;
    const message = {
      dedupeKey: `registration:${registrationId}`,
      channel: 'email',
      address: registration.email,
    } as const;
    if (registration.taken) {
      await deleteRegistration(tx, registrationId);
      await notifications.queueMessages(tx, [{ ...message, class: 'transactional', ...mails.alreadyRegistered() }]);
      return;
    }
    const token = createSecretToken();
    await setRegistrationToken(tx, registrationId, token.hash);
    const deadline = new Date(clock.now().getTime() + CONFIRMATION_LIFETIME * 1000);
    await notifications.queueMessages(tx, [
      { ...message, class: 'otp', deadline, ...mails.confirmAddress(token.text) },
    ]);
  });
}
