import { describe, expect, test } from '@jest/globals';
import type { Category } from '../category.ts';
import { checkSource } from './check-source.ts';
import type { TemplateContent, TemplateSource, TemplateVariable } from './template.ts';

const variables: readonly TemplateVariable[] = [
  { name: 'name', type: 'string', sample: 'Sara' },
  { name: 'note', type: 'text', sample: 'a\nb' },
  { name: 'link', type: 'url', sample: 'https://example.com/' },
];
const source = (content: Partial<TemplateContent>): TemplateSource => ({
  defaultLocale: 'en',
  variables,
  contents: [{ locale: 'en', subject: 'Hi', text: 'Hello', ...content }],
});
const faults = (given: TemplateSource, channel: 'sms' | 'email' = 'email', category: Category = 'rewards') =>
  checkSource({ channel, category }, given).map(({ pointer, detail }) => `${pointer}: ${detail}`);
const html = (text: string): readonly string[] => faults(source({ html: text }));

describe('texts', () => {
  test('may use what is declared, and nothing else', () => {
    expect(faults(source({ subject: '{{name}}', text: '{{name}} {{note}} {{link}}' }))).toEqual([]);
    expect(faults(source({ text: '{{nmae}}' }))).toEqual(['/contents/0/text: {{nmae}} is not declared']);
  });

  test.each(['{{ name }}', '{{Name}}', '{{', '}} {{name}}', '{{{name}}}'])('refuse %s', (text) => {
    expect(faults(source({ text }))).toContain('/contents/0/text: two braces open no placeholder: write {{name}}');
  });

  test('of a subject are one line, whatever is filled in', () => {
    expect(faults(source({ subject: 'a\r\nBcc: x@example.com' }))).toEqual([
      '/contents/0/subject: must be one line without control characters',
    ]);
    expect(faults(source({ subject: '{{note}}' }))).toEqual([
      '/contents/0/subject: {{note}} may have several lines, a subject may not',
    ]);
  });

  test('fit their channel', () => {
    expect(faults({ ...source({}), contents: [{ locale: 'en', text: 'Hello' }] })).toEqual([
      '/contents/0/subject: an e-mail needs one',
    ]);
    expect(faults(source({ html: '<p>Hello</p>' }), 'sms')).toEqual([
      '/contents/0/subject: an SMS has none',
      '/contents/0/html: an SMS has none',
    ]);
  });

  test('stand once per language, one of them in the default one', () => {
    const doubled = source({});
    expect(faults({ ...doubled, defaultLocale: 'fa', contents: [...doubled.contents, ...doubled.contents] })).toEqual([
      '/contents/1/locale: en stands twice',
      '/defaultLocale: has no content',
    ]);
    expect(faults({ ...source({ locale: 'iw' }), defaultLocale: 'iw' })).toEqual([
      '/contents/0/locale: is no language of BCP 47',
    ]);
  });

  test('of marketing e-mails alone know where it is stopped', () => {
    const given = source({ text: '{{unsubscribeUrl}}', html: '<a href="{{unsubscribeUrl}}">stop</a>' });
    expect(faults(given, 'email', 'news')).toEqual([]);
    expect(faults(given)).toContain('/contents/0/text: {{unsubscribeUrl}} is not declared');
  });
});

test('samples fit their types, and names stand once', () => {
  const wrong: readonly TemplateVariable[] = [
    { name: 'link', type: 'url', sample: 'http://example.com/' },
    { name: 'link', type: 'date', sample: '2026-11-21' },
    { name: 'unsubscribeUrl', type: 'url', sample: 'https://example.com/' },
  ];
  expect(faults({ ...source({}), variables: wrong })).toEqual([
    '/variables/1/name: link stands twice',
    '/variables/0/sample: must be an absolute https URL without a password',
    '/variables/2/name: unsubscribeUrl is filled in by itself',
  ]);
});

describe('HTML', () => {
  test.each([
    '<p>{{name}} {{note}}</p>',
    `<p title="{{name}}" class='x {{name}}'>Hello</p>`,
    '<a href="{{link}}">here</a><img src="{{link}}" alt="{{name}}"><a href="https://example.com/">there</a>',
    '<style>p { color: red }</style><p>Hello</p>',
  ])('takes %s', (text) => {
    expect(html(text)).toEqual([]);
  });

  test.each([
    ['<script>{{name}}</script>', '<script> is not allowed'],
    ['<p onclick="{{name}}">', 'onclick of <p> is not allowed'],
    ['<a href="https://example.com/{{name}}">', 'href of <a> must be'],
    ['<a href="{{name}}">', 'href of <a> must be'],
    ['<a href="javascript:alert(1)">', 'href of <a> must be'],
    ['<p title={{name}}>', 'title of <p> holds a variable and so needs quotes'],
    ['<p title="{{note}}">', '{{note}} may have several lines'],
    ['<p style="color: {{name}}">', '{{name}} cannot be made safe inside style of <p>'],
    ['<style>{{name}}</style>', '{{name}} cannot be made safe inside <style>'],
    ['<!-- {{name}} -->', '{{name}} may stand only in text and in quoted attributes'],
    ['<{{name}}>', '{{name}} may stand only in text and in quoted attributes'],
    ['<p {{name}}="x">', '{{name}} may stand only in text and in quoted attributes'],
    ['<iframe src="https://example.com/"></iframe>', '<iframe> is not allowed'],
  ])('refuses %s', (text, fault) => {
    expect(html(text)).toContainEqual(expect.stringContaining(`/contents/0/html: ${fault}`));
  });
});
