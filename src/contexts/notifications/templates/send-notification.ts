import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { Problem } from '../../../shared/problem.ts';
import { classOfCategory } from '../category.ts';
import type { Channel } from '../message.ts';
import { findPreferences } from '../preferences/preferences-store.ts';
import { requireTimeZone } from '../preferences/require-time-zone.ts';
import { localeOfPhone, zonesOf } from '../preferences/time-zones.ts';
import { problems } from '../problems.ts';
import { queueMessages } from '../queue-messages.ts';
import { renderTemplate } from './render-template.ts';
import { findSendableTemplate } from './template-store.ts';
import type { VariableValue } from './template.ts';

/** Where a user can be reached: verified addresses only. */
export interface ContactAddresses {
  readonly userId: string;
  readonly email: string | null;
  /** E.164. */
  readonly phone: string | null;
}

/** Asks who has the accounts how these users can be reached; users who are gone, or must not be written to, are left out. */
export type ReadContacts = (tx: Transaction, userIds: readonly string[]) => Promise<readonly ContactAddresses[]>;

export interface SendNotificationDependencies {
  readonly tx: Transaction;
  readonly clock: Clock;
  readonly readContacts: ReadContacts;
  /** ISO 3166-1 of those whose country nobody knows. */
  readonly country: string;
  readonly unsubscribeUrl: (messageId: string) => string;
}

export type NotificationRecipient =
  | { readonly kind: 'user'; readonly userId: string }
  | { readonly kind: 'phone'; readonly phone: string }
  | { readonly kind: 'email'; readonly email: string };

export interface SendNotification {
  /** Of the message; unique. */
  readonly id: string;
  /** Names the cause; a second notification under the same key is the same message. */
  readonly dedupeKey: string;
  readonly templateKey: string;
  readonly recipient: NotificationRecipient;
  /** Default: the recipient's, else that of their number's country, else the template's. */
  readonly locale?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly values: readonly VariableValue[];
  /** At most 90 days ahead. Default: now. */
  readonly sendAt?: Date | undefined;
  readonly groupId?: string | undefined;
}

export interface SentNotification {
  readonly id: string;
  readonly channel: Channel;
  readonly class: 'transactional' | 'marketing';
  readonly locale: string;
  readonly sendAt: Date;
}

const LONGEST_AHEAD = 90 * 86_400_000;

/**
 * Fills a published template in and queues the message, in the caller's transaction. Calls no provider; whether the message
 * may leave is judged when it is about to.
 *
 * @throws Problem 409 `template-not-published`, `template-values-invalid`, `message-too-long`, `recipient-unreachable`,
 *   `time-zone-unknown`, `send-time-too-far`
 */
export async function sendNotification(
  dependencies: SendNotificationDependencies,
  command: SendNotification,
): Promise<SentNotification> {
  const { tx, clock, country, unsubscribeUrl } = dependencies;
  const { id, dedupeKey, templateKey, recipient, values, groupId } = command;
  const now = clock.now();
  const sendAt = command.sendAt !== undefined && command.sendAt > now ? command.sendAt : now;
  if (sendAt.getTime() > now.getTime() + LONGEST_AHEAD) {
    throw new Problem(problems['send-time-too-far'], { detail: 'sendAt is at most 90 days ahead.' });
  }
  const template = await findSendableTemplate(tx, { key: templateKey });
  if (template === undefined) {
    throw new Problem(problems['template-not-published'], { detail: `Nothing is published under ${templateKey}.` });
  }
  const { channel, category, versionId: templateVersionId } = template;
  const address = await addressOf(dependencies, recipient, channel);
  const wanted = await tastesOf(tx, recipient, address);
  if (command.timeZone !== undefined) requireTimeZone(command.timeZone);
  const [zone] = zonesOf({ channel, address, time_zone: wanted.timeZone }, country);
  const { locale, subject, text, html } = renderTemplate(template, {
    locale: command.locale ?? wanted.locale,
    timeZone: command.timeZone ?? zone,
    values,
    unsubscribeUrl: unsubscribeUrl(id),
  });
  const messageClass = classOfCategory(category);
  await queueMessages({ tx, clock }, [
    {
      ...{ id, dedupeKey, channel, class: messageClass, category, address, text, templateVersionId, sendAt, groupId },
      ...(subject === null ? {} : { subject }),
      ...(html === null ? {} : { html }),
      ...(recipient.kind === 'user' ? { userId: recipient.userId } : {}),
    },
  ]);
  return { id, channel, class: messageClass, locale, sendAt };
}

async function addressOf(
  { tx, readContacts }: SendNotificationDependencies,
  recipient: NotificationRecipient,
  channel: Channel,
): Promise<string> {
  const [contact] = recipient.kind === 'user' ? await readContacts(tx, [recipient.userId]) : [];
  const { phone = null, email = null } = { ...contact, ...recipient };
  const address = channel === 'sms' ? phone : email;
  if (address !== null) return address;
  throw new Problem(problems['recipient-unreachable'], {
    detail: `The recipient has no ${channel === 'sms' ? 'phone number' : 'e-mail address'} for this template.`,
  });
}

/** In which language and by which clock somebody reads: what they told, else what their number tells. */
async function tastesOf(
  queryable: Queryable,
  recipient: NotificationRecipient,
  address: string,
): Promise<{ readonly locale: string | undefined; readonly timeZone: string | null }> {
  const guessed = address.startsWith('+') ? localeOfPhone(address) : undefined;
  if (recipient.kind !== 'user') return { locale: guessed, timeZone: null };
  const { locale, timeZone } = await findPreferences(queryable, recipient.userId);
  return { locale: locale ?? guessed, timeZone };
}
