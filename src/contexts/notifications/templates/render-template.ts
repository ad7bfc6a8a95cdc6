import { escapeHtml } from '../../../shared/html.ts';
import type { FieldError } from '../../../shared/problem.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { checkValues } from './check-values.ts';
import { chooseLocale } from './choose-locale.ts';
import { formatValue } from './format-value.ts';
import { piecesOf } from './placeholder.ts';
import type { Piece } from './placeholder.ts';
import type { SendableTemplate, TemplateContent, TemplateSource, VariableValue } from './template.ts';

/** What every SMS vendor takes in one message; the narrowest takes this much. */
export const LONGEST_SMS = 900;
const LONGEST_SUBJECT = 255;
const LONGEST_TEXT = 20_000;
const LONGEST_HTML = 100_000;

/** A link that Portico itself fills in: where the recipient of marketing stops it. Usable in marketing e-mail. */
export const UNSUBSCRIBE = 'unsubscribeUrl';

export interface RenderOptions {
  /** BCP 47 of the recipient; undefined when nobody knows it. */
  readonly locale?: string | undefined;
  /** IANA; default UTC. */
  readonly timeZone?: string | undefined;
  readonly values: readonly VariableValue[];
  /** What `{{unsubscribeUrl}}` becomes: `notifications.unsubscribeUrl(messageId)`. Required by templates that use it. */
  readonly unsubscribeUrl?: string | undefined;
}

/** A message as its recipient gets it. */
export interface Rendered {
  /** The one of the template's that was chosen. */
  readonly locale: string;
  /** One line; e-mail only. */
  readonly subject: string | null;
  readonly text: string;
  readonly html: string | null;
}

/**
 * Fills a template in. Strict: every declared variable must be given, no other, each of its declared type. Values are
 * escaped where they go into HTML, and cannot begin a header. Pure, and safe to call for each of a million recipients.
 *
 * @throws Problem 409 `template-values-invalid` (each wrong field named), `message-too-long`
 */
export function renderTemplate(
  template: Pick<SendableTemplate, 'channel'> & TemplateSource,
  { locale: wanted, timeZone = 'UTC', values, unsubscribeUrl }: RenderOptions,
): Rendered {
  const faults = checkValues(template.variables, values);
  if (faults.length > 0) throw invalidValues(faults);
  const locales = template.contents.map((content) => content.locale);
  const locale = chooseLocale(wanted, locales, template.defaultLocale);
  const content = template.contents.find((candidate) => candidate.locale === locale);
  if (content === undefined) throw new Error(`the template has no content for its locale ${locale}`);

  const written = new Map(values.map((value) => [value.name, formatValue(value, { locale, timeZone })]));
  if (unsubscribeUrl !== undefined) written.set(UNSUBSCRIBE, unsubscribeUrl);
  const fill = (pieces: readonly Piece[], write: (text: string) => string): string =>
    pieces.map((piece) => ('text' in piece ? piece.text : write(valueOf(written, piece.name)))).join('');

  const { subject, text, html } = compiled(content);
  const rendered: Rendered = {
    locale,
    subject: subject === null ? null : fill(subject, (value) => value),
    text: fill(text, template.channel === 'sms' ? plainBlanks : (value) => value),
    html: html === null ? null : fill(html, htmlOf),
  };
  refuseTooLong(template.channel, rendered);
  return rendered;
}

function valueOf(written: ReadonlyMap<string, string>, name: string): string {
  const value = written.get(name);
  // Contents are checked against their variables before they are stored; only the link can be missing.
  if (value === undefined) throw new Error(`nothing was given for {{${name}}}`);
  return value;
}

function invalidValues(errors: readonly FieldError[]): Problem {
  return new Problem(problems['template-values-invalid'], {
    detail: `${errors.length === 1 ? 'One variable does' : `${errors.length} variables do`} not fit the template.`,
    errors: errors.slice(0, 50),
  });
}

/** `Intl` groups digits with blanks that are outside GSM-7: one of them would double the price of the text. */
function plainBlanks(value: string): string {
  return value.replaceAll(/[\u00a0\u2009\u202f]/g, ' ');
}

/** Safe in text and in quoted attributes, the only places where check-html.ts lets variables stand; lines stay lines. */
function htmlOf(value: string): string {
  return escapeHtml(value).replaceAll('\n', '<br>');
}

function refuseTooLong(channel: SendableTemplate['channel'], { subject, text, html }: Rendered): void {
  const limits: [string, number, number][] = [
    ['subject', subject?.length ?? 0, LONGEST_SUBJECT],
    ['text', text.length, channel === 'sms' ? LONGEST_SMS : LONGEST_TEXT],
    ['html', html?.length ?? 0, LONGEST_HTML],
  ];
  for (const [what, length, longest] of limits) {
    if (length > longest) {
      throw new Problem(problems['message-too-long'], {
        detail: `Filled in, the ${what} has ${length} characters; at most ${longest} are sent.`,
      });
    }
  }
}

interface Compiled {
  readonly subject: readonly Piece[] | null;
  readonly text: readonly Piece[];
  readonly html: readonly Piece[] | null;
}

const cache = new WeakMap<TemplateContent, Compiled>();

/** Taken apart once per content, however often it is filled in. */
function compiled(content: TemplateContent): Compiled {
  const known = cache.get(content);
  if (known !== undefined) return known;
  const pieces: Compiled = {
    subject: content.subject === undefined ? null : piecesOf(content.subject),
    text: piecesOf(content.text),
    html: content.html === undefined ? null : piecesOf(content.html),
  };
  cache.set(content, pieces);
  return pieces;
}
