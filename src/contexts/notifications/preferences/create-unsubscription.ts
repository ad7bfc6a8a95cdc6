import { statement } from '../../../database/transaction.ts';
import type { Database, Queryable } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { FORGOTTEN } from '../erasure-store.ts';
import type { Channel } from '../message.ts';
import { isOptedOut, suppress } from './suppression-store.ts';
import type { UnsubscribeTokens } from './unsubscribe-token.ts';

export interface UnsubscribeDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly unsubscribeTokens: UnsubscribeTokens;
}

/** Where marketing would stop, or has stopped. */
export interface Unsubscription {
  readonly channel: Channel;
  readonly address: string;
  readonly done: boolean;
}

const findStatement = statement<{ channel: Channel; address: string }>(
  'notifications.find_message_address',
  `select channel, address from notifications.messages where id = $1 and address <> '${FORGOTTEN}'`,
);

/** What a link stops. Changes nothing. @throws Problem 404 for a link that we never gave out, or whose message is forgotten */
export async function getUnsubscription(
  { database, unsubscribeTokens }: Omit<UnsubscribeDependencies, 'clock'>,
  token: string,
): Promise<Unsubscription> {
  const to = await findAddress(database, unsubscribeTokens, token);
  return { ...to, done: await isOptedOut(database, to.channel, to.address) };
}

/**
 * Stops marketing to the address that a link was sent to. Needs no log-in, and may be repeated.
 *
 * @throws Problem 404 for a link that we never gave out, or whose message is forgotten
 */
export async function createUnsubscription(
  { database, clock, unsubscribeTokens }: UnsubscribeDependencies,
  token: string,
): Promise<Unsubscription> {
  const to = await findAddress(database, unsubscribeTokens, token);
  const reason = 'unsubscribed by the link in a message';
  await suppress(database, [{ ...to, category: 'marketing', source: 'recipient', reason }], clock.now());
  return { ...to, done: true };
}

async function findAddress(
  queryable: Queryable,
  tokens: UnsubscribeTokens,
  token: string,
): Promise<{ readonly channel: Channel; readonly address: string }> {
  const messageId = tokens.verify(token);
  const [message] = messageId === undefined ? [] : await queryable.query(findStatement, [messageId]);
  if (message === undefined) throw notFound();
  return message;
}
