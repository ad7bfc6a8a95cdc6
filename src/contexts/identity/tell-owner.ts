import type { Transaction } from '../../database/transaction.ts';
import type { Channel } from '../notifications/index.ts';
import type { Account } from './account.ts';
import type { IdentityParts } from './dependencies.ts';
import type { MailText } from './texts.ts';

/**
 * Queues a notice to the owner of an account: by e-mail, else by SMS (its text alone); to nobody who has neither.
 *
 * @param dedupeKey one message per key, for ever
 */
export async function tellOwner(
  { notifications }: Pick<IdentityParts, 'notifications'>,
  tx: Transaction,
  { id: userId, email, phone }: Pick<Account, 'id' | 'email' | 'phone'>,
  dedupeKey: string,
  { subject, text, wording }: MailText,
): Promise<void> {
  const message = { dedupeKey, class: 'transactional', userId, text } as const;
  // A template speaks by one channel: each has its own.
  const by = (channel: Channel) => ({ channel, wording: { ...wording, key: `${wording.key}.${channel}` } });
  if (email !== null) {
    await notifications.queueMessages(tx, [{ ...message, ...by('email'), address: email, subject }]);
  } else if (phone !== null) {
    await notifications.queueMessages(tx, [{ ...message, ...by('sms'), address: phone }]);
  }
}
