import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { Problem } from '../../../shared/problem.ts';
import { findPublishedVersion, requirePublishedVersion } from '../campaigns/campaign-template.ts';
import { classOfCategory } from '../category.ts';
import { localeOfPhone } from '../preferences/time-zones.ts';
import { problems } from '../problems.ts';
import { queueMessages } from '../queue-messages.ts';
import { renderTemplate } from './render-template.ts';
import type { Rendered } from './render-template.ts';
import type { SendableTemplate, VariableValue } from './template.ts';
import { readLocales } from './wording.ts';

/** A published version, and what its variables are filled with; values it does not declare are left out. */
export interface SmsTemplate {
  readonly key: string;
  readonly version: number;
  /** The same for every recipient, and at every hour: no moments. */
  readonly values: readonly VariableValue[];
}

export interface SmsRecipient {
  readonly dedupeKey: string;
  readonly userId: string;
  /** E.164. */
  readonly phone: string;
  readonly groupId?: string | undefined;
}

/**
 * Tries the version out in each of its languages, so that whoever names it hears at once what recipients would have missed.
 *
 * @throws Problem 409 `template-not-published` (also for e-mail), `template-values-invalid`, `message-too-long`
 */
export async function requireSmsTemplate(queryable: Queryable, { key, version, values }: SmsTemplate): Promise<void> {
  const template = await findPublishedVersion(queryable, { templateKey: key, templateVersion: version });
  if (template?.channel !== 'sms') {
    throw new Problem(problems['template-not-published'], {
      detail: `${key} has no published version ${version} for SMS.`,
    });
  }
  for (const { locale } of template.contents) fillIn(template, locale, values);
}

/**
 * Queues one SMS per recipient from a version that was tried out, each in the language its recipient told, else in that of their
 * number's country. Set-based, in the caller's transaction; a version that was published stays readable for ever.
 *
 * @returns how many were new
 */
export async function queueTemplatedSms(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { key, version, values }: SmsTemplate,
  recipients: readonly SmsRecipient[],
): Promise<number> {
  if (recipients.length === 0) return 0;
  const template = await requirePublishedVersion(tx, { templateKey: key, templateVersion: version });
  const oneLanguage = template.contents.length === 1;
  const told = await readLocales(tx, oneLanguage ? [] : recipients);
  const texts = new Map<string | undefined, Rendered>();
  const textFor = ({ userId, phone }: SmsRecipient): string => {
    const locale = oneLanguage ? undefined : (told.get(userId) ?? localeOfPhone(phone));
    const text = texts.get(locale) ?? fillIn(template, locale, values);
    texts.set(locale, text);
    return text.text;
  };
  return queueMessages(
    { tx, clock },
    recipients.map((recipient) => ({
      dedupeKey: recipient.dedupeKey,
      channel: 'sms',
      class: classOfCategory(template.category),
      category: template.category,
      templateVersionId: template.versionId,
      address: recipient.phone,
      text: textFor(recipient),
      userId: recipient.userId,
      groupId: recipient.groupId,
    })),
  );
}

function fillIn(template: SendableTemplate, locale: string | undefined, values: readonly VariableValue[]): Rendered {
  const declared = new Set(template.variables.map(({ name }) => name));
  return renderTemplate(template, { locale, values: values.filter(({ name }) => declared.has(name)) });
}
