import type { FieldError } from '../../../shared/problem.ts';
import type { Category } from '../category.ts';
import { classOfCategory } from '../category.ts';
import type { Channel } from '../message.ts';
import { checkHtml } from './check-html.ts';
import { faultOf } from './check-values.ts';
import { hasBrokenPlaceholder, namesIn } from './placeholder.ts';
import { UNSUBSCRIBE } from './render-template.ts';
import type { TemplateContent, TemplateSource, TemplateVariable, VariableType, VariableValue } from './template.ts';

/** What the template, beside its texts, decides. */
export interface Purpose {
  readonly channel: Channel;
  readonly category: Category;
}

/**
 * Whether a template's texts can be filled in for everybody: all placeholders are declared, all samples fit their types, each
 * content has what its channel needs, and no value can break out of the HTML around it.
 *
 * @returns every fault by field
 */
export function checkSource({ channel, category }: Purpose, source: TemplateSource): readonly FieldError[] {
  const { variables, contents, defaultLocale } = source;
  const faults: FieldError[] = [...repeated(source), ...variables.flatMap(checkVariable)];
  if (!contents.some(({ locale }) => locale === defaultLocale)) {
    faults.push({ pointer: '/defaultLocale', detail: 'has no content' });
  }
  const types = new Map<string, VariableType>(variables.map(({ name, type }) => [name, type]));
  if (channel === 'email' && classOfCategory(category) === 'marketing') types.set(UNSUBSCRIBE, 'url');
  for (const [index, content] of contents.entries()) {
    const at = `/contents/${index}`;
    if (!isLocale(content.locale)) faults.push({ pointer: `${at}/locale`, detail: 'is no language of BCP 47' });
    faults.push(
      ...checkContent(channel, content, types).map(([field, detail]) => ({ pointer: `${at}/${field}`, detail })),
    );
  }
  return faults;
}

function repeated({ variables, contents }: TemplateSource): FieldError[] {
  const names = variables.map(({ name }) => name);
  const locales = contents.map(({ locale }) => locale);
  return [
    ...names.flatMap((name, index) =>
      names.indexOf(name) < index ? [{ pointer: `/variables/${index}/name`, detail: `${name} stands twice` }] : [],
    ),
    ...locales.flatMap((locale, index) =>
      locales.indexOf(locale) < index
        ? [{ pointer: `/contents/${index}/locale`, detail: `${locale} stands twice` }]
        : [],
    ),
  ];
}

function checkVariable(variable: TemplateVariable, index: number): FieldError[] {
  const faults: FieldError[] = [];
  if (variable.name === UNSUBSCRIBE) {
    faults.push({ pointer: `/variables/${index}/name`, detail: `${UNSUBSCRIBE} is filled in by itself` });
  }
  const fault = faultOf(sampleOf(variable), variable.maxLength);
  if (fault !== undefined) faults.push({ pointer: `/variables/${index}/sample`, detail: fault });
  return faults;
}

/** The value that previews are filled with. */
export function sampleOf({ name, type, sample }: TemplateVariable): VariableValue {
  // The compiler cannot see that type and sample belong together once they are apart.
  return { name, type, value: sample } as VariableValue;
}

function checkContent(
  channel: Channel,
  { subject, text, html }: TemplateContent,
  types: ReadonlyMap<string, VariableType>,
): [field: string, detail: string][] {
  const faults: [string, string][] = [];
  if (channel === 'email' && subject === undefined) faults.push(['subject', 'an e-mail needs one']);
  if (channel === 'sms' && subject !== undefined) faults.push(['subject', 'an SMS has none']);
  if (channel === 'sms' && html !== undefined) faults.push(['html', 'an SMS has none']);
  for (const [field, value] of Object.entries({ subject, text, html })) {
    if (value === undefined) continue;
    if (hasBrokenPlaceholder(value)) faults.push([field, 'two braces open no placeholder: write {{name}}']);
    if (!value.isWellFormed()) faults.push([field, 'must be Unicode: half of a surrogate pair stands alone']);
    for (const name of namesIn(value)) {
      if (!types.has(name)) faults.push([field, `{{${name}}} is not declared`]);
      else if (field === 'subject' && types.get(name) === 'text') {
        faults.push([field, `{{${name}}} may have several lines, a subject may not`]);
      }
    }
  }
  if (subject !== undefined && /[\p{Cc}\u2028\u2029]/u.test(subject)) {
    faults.push(['subject', 'must be one line without control characters']);
  }
  if (html !== undefined) faults.push(...checkHtml(html, types).map((detail): [string, string] => ['html', detail]));
  return faults;
}

function isLocale(locale: string): boolean {
  try {
    return Intl.getCanonicalLocales(locale)[0] === locale;
  } catch {
    return false;
  }
}
