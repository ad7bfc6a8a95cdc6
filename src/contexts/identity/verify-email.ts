import type { Transaction } from '../../database/transaction.ts';
import type { IdentityParts } from './dependencies.ts';
import { takeEmailChange } from './email-change-store.ts';
import { dropPasswordReset } from './password-reset-store.ts';
import { tokenNotAccepted } from './refusals.ts';
import { deleteClaimsOnEmail, takeRegistrationByToken } from './registration-store.ts';
import { hashSecretToken } from './secret-token.ts';
import { recordSecurityEvent } from './record-security-event.ts';
import { mails } from './texts.ts';
import { insertUser, setEmail } from './user-store.ts';

/**
 * Takes the token of a confirmation mail: a sign-up becomes an account, or an account gets its new address.
 *
 * @throws Problem 409 `token-not-accepted`; the violation of `users_verified_email_key` (409 `email-taken`) when another
 * account has confirmed the address meanwhile
 */
export async function verifyEmail(
  parts: Pick<IdentityParts, 'database' | 'notifications' | 'publish'>,
  { token }: { readonly token: string },
): Promise<void> {
  const tokenHash = hashSecretToken(token);
  await parts.database.transaction(async (tx) => {
    const userId = (await finishRegistration(tx, tokenHash)) ?? (await finishChange(parts, tx, tokenHash));
    if (userId === undefined) throw tokenNotAccepted();
    await parts.publish(tx, 'user.email_verified', { userId });
  });
}

/** @returns whose account begins */
async function finishRegistration(tx: Transaction, tokenHash: Buffer): Promise<string | undefined> {
  const registration = await takeRegistrationByToken(tx, tokenHash);
  if (registration?.email == null) return undefined;
  await insertUser(tx, registration);
  await deleteClaimsOnEmail(tx, registration.email);
  return registration.id;
}

/** @returns whose address changed */
async function finishChange(
  { notifications }: Pick<IdentityParts, 'notifications'>,
  tx: Transaction,
  tokenHash: Buffer,
): Promise<string | undefined> {
  const change = await takeEmailChange(tx, tokenHash);
  if (change === undefined) return undefined;
  const { userId, email, formerEmail, requestId } = change;
  await setEmail(tx, userId, email);
  await deleteClaimsOnEmail(tx, email);
  // A reset token that went to the former address must not outlive it.
  await dropPasswordReset(tx, userId);
  await recordSecurityEvent(tx, 'email-changed', userId);
  if (formerEmail !== null) {
    const message = { channel: 'email', class: 'transactional', address: formerEmail, userId } as const;
    const dedupeKey = `email-changed:${requestId}`;
    await notifications.queueMessages(tx, [{ ...message, dedupeKey, ...mails.addressChanged() }]);
  }
  return userId;
}
