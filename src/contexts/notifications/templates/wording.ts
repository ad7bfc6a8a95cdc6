import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';
import type { FieldError } from '../../../shared/problem.ts';
import type { Channel, MessageRequest } from '../message.ts';
import { localeOfPhone } from '../preferences/time-zones.ts';
import type { Purpose } from './check-source.ts';
import { piecesOf } from './placeholder.ts';
import { LONGEST_SMS, renderTemplate } from './render-template.ts';
import { readSendableTemplates } from './template-store.ts';
import type { TemplateSource } from './template.ts';

/** A variable that the code fills in. */
export interface WordingVariable {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  /** Without it the message is of no use, such as the code in a code's text. */
  readonly required: boolean;
  /** Of strings: no value is longer. */
  readonly maxLength?: number;
}

/** A text of the code that staff may replace: by publishing a template under its key. */
export interface Wording {
  readonly key: string;
  readonly channel: Channel;
  readonly category: 'account' | 'rewards';
  readonly variables: readonly WordingVariable[];
}

export type Wordings = ReadonlyMap<string, Wording>;

const LONGEST_NUMBER = 20;
/** `Intl` writes days in up to so many characters. */
const LONGEST_DAY = 60;

/**
 * Whether a template that replaces a text of the code can do so whatever the values are: it is judged when it is written, for a code
 * that cannot be sent keeps somebody out.
 *
 * @returns every fault by field; none for keys that are nobody's
 */
export function checkWording(
  wordings: Wordings,
  { key, channel, category }: Purpose & { readonly key: string },
  { variables, contents }: TemplateSource,
): readonly FieldError[] {
  const wording = wordings.get(key);
  if (wording === undefined) return [];
  if (channel !== wording.channel || category !== wording.category) {
    const detail = `the key ${key} is that of a text for ${wording.channel}, of the category ${wording.category}`;
    return [{ pointer: '', detail }];
  }
  const known = new Map(wording.variables.map((variable) => [variable.name, variable]));
  const strange = variables.flatMap(({ name, type }, index) =>
    known.get(name)?.type === type
      ? []
      : [{ pointer: `/variables/${index}`, detail: `the text has no ${name} of type ${type}` }],
  );
  const broken = contents.flatMap(({ text }, index): FieldError[] => {
    const pointer = `/contents/${index}/text`;
    const used = piecesOf(text).flatMap((piece) => ('name' in piece ? piece.name : []));
    const missing = wording.variables.filter(({ name, required }) => required && !used.includes(name));
    const faults = missing.map(({ name }) => ({
      pointer,
      detail: `says no {{${name}}}, without which it is of no use`,
    }));
    const longest = used.reduce((sum, name) => sum + longestOf(known.get(name)), text.length);
    if (channel !== 'sms' || longest <= LONGEST_SMS) return faults;
    return [...faults, { pointer, detail: `may have ${longest} characters; at most ${LONGEST_SMS} are sent` }];
  });
  return [...strange, ...broken];
}

function longestOf(variable: WordingVariable | undefined): number {
  if (variable?.type === 'string') return variable.maxLength ?? 200;
  return variable?.type === 'integer' ? LONGEST_NUMBER : LONGEST_DAY;
}

/**
 * Replaces texts of the code by what staff have published under their keys, each in its recipient's language. Two statements however
 * many there are, and none where no request has such a text.
 */
export async function wordMessages(
  queryable: Queryable,
  requests: readonly MessageRequest[],
): Promise<readonly MessageRequest[]> {
  const keys = [...new Set(requests.flatMap(({ wording }) => wording?.key ?? []))];
  const templates = await readSendableTemplates(queryable, keys);
  if (templates.size === 0) return requests;
  const told = await readLocales(queryable, requests);
  return requests.map((request) => {
    const { wording, channel, address, userId = '' } = request;
    const template = templates.get(wording?.key ?? '');
    // A template may have been made under the key before the code knew it.
    if (wording === undefined || template?.channel !== channel) return request;
    const declared = new Set(template.variables.map(({ name }) => name));
    const { subject, text, html } = renderTemplate(template, {
      locale: told.get(userId) ?? (channel === 'sms' ? localeOfPhone(address) : undefined),
      values: wording.values.filter(({ name }) => declared.has(name)),
    });
    const { subject: _subject, html: _html, ...rest } = request;
    return {
      ...rest,
      ...(subject === null ? {} : { subject }),
      text,
      ...(html === null ? {} : { html }),
      templateVersionId: template.versionId,
    };
  });
}

const localesStatement = statement<{ userId: string; locale: string }>(
  'notifications.read_locales',
  `select user_id as "userId", locale from notifications.preferences where user_id = any ($1) and locale is not null`,
);

/** The languages that people told; who told none is left out. */
export async function readLocales(
  queryable: Queryable,
  recipients: readonly { readonly userId?: string | undefined }[],
): Promise<ReadonlyMap<string, string>> {
  const userIds = recipients.flatMap(({ userId }) => userId ?? []);
  const rows = userIds.length === 0 ? [] : await queryable.query(localesStatement, [userIds]);
  return new Map(rows.map(({ userId, locale }) => [userId, locale]));
}
