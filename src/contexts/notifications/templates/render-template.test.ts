import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseFragment } from 'parse5';
import { Problem } from '../../../shared/problem.ts';
import { renderTemplate } from './render-template.ts';
import type { TemplateSource, TemplateVariable, VariableValue } from './template.ts';

const variables: readonly TemplateVariable[] = [
  { name: 'name', type: 'string', sample: 'Sara', maxLength: 60 },
  { name: 'coins', type: 'integer', sample: 1500 },
  { name: 'price', type: 'money', sample: { amount: 1099, currency: 'USD' } },
  { name: 'day', type: 'date', sample: '2026-11-21' },
  { name: 'at', type: 'datetime', sample: '2026-11-21T20:30:00Z' },
  { name: 'note', type: 'text', sample: 'a\nb' },
  { name: 'link', type: 'url', sample: 'https://example.com/a?b=1&c=2' },
];
const values = variables.map(({ name, type, sample }) => ({ name, type, value: sample }) as VariableValue);
const all = '{{name}}|{{coins}}|{{price}}|{{day}}|{{at}}|{{note}}|{{link}}';
const email: TemplateSource & { channel: 'email' } = {
  channel: 'email',
  defaultLocale: 'en',
  variables,
  contents: [
    {
      locale: 'en',
      subject: 'For {{name}}',
      text: all,
      html: '<p title="{{name}}">{{name}} {{note}}</p><a href="{{link}}">{{coins}}</a>',
    },
    { locale: 'de', subject: 'Für {{name}}', text: all },
    { locale: 'fa', subject: '{{name}}', text: all },
  ],
};
const sms = {
  ...email,
  channel: 'sms' as const,
  contents: email.contents.map(({ locale, text }) => ({ locale, text })),
};
const withValue = (changed: VariableValue): VariableValue[] =>
  values.map((value) => (value.name === changed.name ? changed : value));

function refusal(given: readonly VariableValue[]): unknown {
  try {
    renderTemplate(email, { values: given });
  } catch (error) {
    if (error instanceof Problem) return [error.code, error.errors];
    throw error;
  }
  return 'rendered';
}

describe('values', () => {
  test('are written as the reader of the language writes them', () => {
    const texts = ['en', 'de', 'fa'].map(
      (locale) => renderTemplate(email, { locale, timeZone: 'Asia/Tehran', values }).text,
    );
    expect(texts).toEqual([
      'Sara|1,500|$10.99|November 21, 2026|November 22, 2026 at 12:00 AM|a\nb|https://example.com/a?b=1&c=2',
      'Sara|1.500|10,99\u00a0$|21. November 2026|22. November 2026 um 00:00|a\nb|https://example.com/a?b=1&c=2',
      expect.stringContaining('۱٬۵۰۰'),
    ]);
  });

  test('of money have the digits of ISO 4217, not those of Intl', () => {
    const priced = (amount: number, currency: string): string | undefined =>
      renderTemplate(email, { values: withValue({ name: 'price', type: 'money', value: { amount, currency } }) })
        .text.split('|')[2]
        ?.replaceAll('\u00a0', ' ');
    expect([priced(1099, 'HUF'), priced(1099, 'JPY'), priced(1099, 'IQD'), priced(-5, 'USD')]).toEqual([
      'HUF 10.99',
      '¥1,099',
      'IQD 1.099',
      '-$0.05',
    ]);
    expect(priced(9_007_199_254_740_991, 'USD')).toBe('$90,071,992,547,409.91');
  });

  test('force no UCS-2 by their separators', () => {
    const french = { ...sms, contents: [{ locale: 'fr', text: '{{coins}} {{price}}' }], defaultLocale: 'fr' };
    expect(renderTemplate(french, { values }).text).toBe('1 500 10,99 $US');
  });

  test('are refused by field: missing, unknown, twice, of another type, out of their limits', () => {
    const wrong: readonly VariableValue[] = [
      { name: 'name', type: 'string', value: 'x'.repeat(61) },
      { name: 'coins', type: 'string', value: '5' },
      { name: 'price', type: 'money', value: { amount: 1, currency: 'XYZ' } },
      { name: 'day', type: 'date', value: '2026-02-30' },
      { name: 'at', type: 'datetime', value: 'now' },
      { name: 'link', type: 'url', value: 'javascript:alert(1)' },
      { name: 'extra', type: 'string', value: '' },
      { name: 'day', type: 'date', value: '2026-02-20' },
    ];
    expect(refusal(wrong)).toEqual([
      'template-values-invalid',
      [
        { pointer: '/variables/0/value', detail: 'must be at most 60 characters long' },
        { pointer: '/variables/1/type', detail: 'coins is of type integer' },
        { pointer: '/variables/2/value', detail: 'currency must be one of ISO 4217' },
        { pointer: '/variables/3/value', detail: 'must be a day such as 2026-11-21' },
        { pointer: '/variables/4/value', detail: 'must be a moment of RFC 3339' },
        { pointer: '/variables/5/value', detail: 'must be an absolute https URL without a password' },
        { pointer: '/variables/6/name', detail: 'extra is no variable of the template' },
        { pointer: '/variables/7/name', detail: 'day stands twice' },
        { pointer: '/variables', detail: 'note (text) is missing' },
      ],
    ]);
  });

  test.each(['a\r\nBcc: x@example.com', 'a\nb', 'a\u2028b', 'a\0b', '\ud800'])('cannot begin a header: %j', (value) => {
    expect(refusal(withValue({ name: 'name', type: 'string', value }))).toMatchObject(['template-values-invalid', {}]);
  });

  test('stay what they are in HTML, whatever they hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('<>"\'&=/ ab;#x')), maxLength: 60 }), (value) => {
        const { html } = renderTemplate(email, { values: withValue({ name: 'name', type: 'string', value }) });
        const [paragraph, link, ...more] = parseFragment(html ?? '').childNodes;
        if (paragraph === undefined || !('attrs' in paragraph)) throw new Error('the paragraph is gone');
        expect(paragraph.attrs).toEqual([{ name: 'title', value }]);
        expect(paragraph.childNodes.map(({ nodeName }) => nodeName)).toEqual(['#text', 'br', '#text']);
        expect(paragraph.childNodes[0]).toMatchObject({ value: `${value} a` });
        expect(link).toMatchObject({ attrs: [{ name: 'href', value: 'https://example.com/a?b=1&c=2' }] });
        expect(more).toEqual([]);
      }),
    );
  });
});

describe('the language', () => {
  test.each([
    ['fa', 'fa'],
    ['fa-IR', 'fa'],
    ['de-AT', 'de'],
    ['ja', 'en'],
    [undefined, 'en'],
  ])('for %s is %s', (locale, chosen) => {
    expect(renderTemplate(email, { locale, values }).locale).toBe(chosen);
  });

  test('may be another region of the same language', () => {
    const portuguese = { ...sms, contents: [...sms.contents, { locale: 'pt-BR', text: 'Oi.' }] };
    expect(renderTemplate(portuguese, { locale: 'pt-PT', values }).text).toBe('Oi.');
  });
});

test('a text that no provider takes is refused once it is filled in', () => {
  const long = { ...sms, contents: [{ locale: 'en', text: `${'x'.repeat(897)}{{name}}` }] };
  expect(() => renderTemplate(long, { values })).toThrow('901 characters; at most 900');
});
