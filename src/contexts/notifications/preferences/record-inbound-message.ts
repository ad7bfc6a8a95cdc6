import { statement } from '../../../database/transaction.ts';
import type { Database, Queryable, Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { lift, suppress } from './suppression-store.ts';

/** A text that somebody sent us, from a provider whose proof was checked. */
export interface InboundMessage {
  /** Unique per text at this provider: one that is told twice is one. */
  readonly eventKey: string;
  /** E.164 with `+`. */
  readonly from: string;
  readonly text: string;
}

/** What a text asks for. */
export type Asked = 'stop' | 'start' | 'nothing';

// What carriers demand to be understood, and what people write in the languages of our texts.
const STOP = new Set([
  ...['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'OPTOUT', 'REVOKE'],
  ...['ARRET', 'STOPP', 'BAJA', 'СТОП', 'لغو', 'توقف'],
]);
const START = new Set(['START', 'UNSTOP', 'SUBSCRIBE', 'СТАРТ', 'شروع']);
/** These stop also at the beginning of a sentence: STOP PLEASE. */
const CLEAR = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'СТОП', 'لغو']);

/** Understands STOP and START in any case, width and punctuation; a sentence that merely contains a keyword is none. */
export function askedBy(text: string): Asked {
  const words = text
    .normalize('NFKC')
    .toUpperCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => word.normalize('NFD').replaceAll(/\p{M}/gu, ''));
  const [first = ''] = words;
  const whole = words.join('');
  if (STOP.has(whole) || CLEAR.has(first)) return 'stop';
  return START.has(whole) ? 'start' : 'nothing';
}

const insertStatement = statement<{ isNew: boolean }>(
  'notifications.insert_inbound_message',
  `insert into notifications.inbound_messages (provider, event_key, address, asked, received_at)
   values ($1, $2, $3, $4, $5) on conflict on constraint inbound_messages_once do nothing returning true as "isNew"`,
);

/**
 * Takes in a text from a phone: STOP suppresses marketing by SMS to it, START lifts what STOP or the carrier did. Safe to
 * repeat: a STOP that a provider tells again after a START changes nothing. Keeps no text.
 *
 * @param provider its name as its sender spells it
 * @returns what the text asked for
 */
export async function recordInboundMessage(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  provider: string,
  { eventKey, from, text }: InboundMessage,
): Promise<Asked> {
  const asked = askedBy(text);
  const now = clock.now();
  const [inserted] = await tx.query(insertStatement, [provider, eventKey, from, asked, now]);
  if (inserted === undefined) return asked;
  if (asked === 'stop') {
    const reason = 'answered STOP';
    await suppress(tx, [{ channel: 'sms', address: from, category: 'marketing', source: 'recipient', reason }], now);
  }
  if (asked === 'start') await lift(tx, 'sms', from);
  return asked;
}

const forgetStatement = statement(
  'notifications.forget_inbound_messages',
  'delete from notifications.inbound_messages where received_at < $1',
);

/** Forgets who sent what before; a provider tells nothing again after so long. */
export async function forgetInboundMessages(database: Database | Queryable, before: Date): Promise<void> {
  await database.query(forgetStatement, [before]);
}

const forgetAddressStatement = statement(
  'notifications.forget_inbound_messages_from',
  'delete from notifications.inbound_messages where address = $1',
);

export async function forgetInboundMessagesFrom(queryable: Queryable, phone: string): Promise<void> {
  await queryable.query(forgetAddressStatement, [phone]);
}
