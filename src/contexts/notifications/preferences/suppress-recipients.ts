import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';
import type { RecipientFate } from '../../../ports/send-outcome.ts';
import { FORGOTTEN } from '../erasure-store.ts';
import type { Channel } from '../message.ts';
import { suppress } from './suppression-store.ts';
import type { NewSuppression } from './suppression-store.ts';

/** What a provider told about somebody's address, and in which words. */
export interface ToldFate {
  readonly channel: Channel;
  readonly address: string;
  readonly fate: RecipientFate;
  readonly provider: string;
  readonly code: string | null;
}

/** What each fate stops, who stopped it, and how people are told. */
const CONSEQUENCES: Readonly<Record<RecipientFate, Pick<NewSuppression, 'category' | 'source'> & { words: string }>> = {
  gone: { category: 'all', source: 'bounce', words: 'no such address' },
  'opted-out': { category: 'all', source: 'carrier', words: 'blocked by the carrier' },
  unsubscribed: { category: 'marketing', source: 'recipient', words: 'unsubscribed at the provider' },
  complained: { category: 'marketing', source: 'complaint', words: 'reported as spam' },
};

/** Leaves addresses alone that do not exist, and people who let the provider or the carrier know that they want no more. */
export async function suppressRecipients(queryable: Queryable, told: readonly ToldFate[], now: Date): Promise<void> {
  const wanted = told.map(({ channel, address, fate, provider, code }) => {
    const { category, source, words } = CONSEQUENCES[fate];
    return { channel, address, category, source, reason: `${words} (${provider}${code === null ? '' : ` ${code}`})` };
  });
  await suppress(queryable, wanted, now);
}

const addressesStatement = statement<{ id: string; channel: Channel; address: string }>(
  'notifications.read_message_addresses',
  `select id, channel, address from notifications.messages where id = any ($1) and address <> '${FORGOTTEN}'`,
);

/** The same, told about messages. */
export async function suppressRecipientsOf(
  queryable: Queryable,
  told: readonly (Omit<ToldFate, 'channel' | 'address'> & { readonly messageId: string })[],
  now: Date,
): Promise<void> {
  if (told.length === 0) return;
  const rows = await queryable.query(addressesStatement, [told.map(({ messageId }) => messageId)]);
  const byId = new Map(rows.map(({ id, ...to }) => [id, to]));
  const known = told.flatMap(({ messageId, ...fate }) => {
    const to = byId.get(messageId);
    return to === undefined ? [] : [{ ...fate, ...to }];
  });
  await suppressRecipients(queryable, known, now);
}
