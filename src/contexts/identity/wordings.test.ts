import { expect, test } from '@jest/globals';
import { codePurposes } from './one-time-code.ts';
import { texts } from './second-factor-texts.ts';
import { notices as socialNotices } from './social/social-texts.ts';
import { codeText, mails, notices } from './texts.ts';
import type { MailText } from './texts.ts';
import { wordings } from './wordings.ts';

const moment = new Date('2026-11-21T10:15:30Z');
const secret = 'x'.repeat(43);
const mailed = Object.values(mails).map((text) => text(secret));
const told: readonly MailText[] = [
  ...[notices.passwordChanged(), notices.locked(), notices.unlocked(), notices.erased()],
  ...[notices.deletionRequested(moment), notices.exportReady(moment)],
  ...Object.values(texts),
  ...Object.values(socialNotices).map((text) => text('google')),
];

test('every text can be replaced, and everything that can be replaced is a text', () => {
  const said = [
    ...codePurposes.flatMap((purpose) => [false, true].map((owned) => codeText('482913', purpose, owned).wording)),
    ...mailed.map(({ wording }) => wording),
    ...told.flatMap(({ wording: { key, values } }) => [
      { key: `${key}.email`, values },
      { key: `${key}.sms`, values },
    ]),
  ];
  const known = new Map(wordings.map(({ key, variables }) => [key, variables]));
  expect(new Set(said.map(({ key }) => key))).toEqual(new Set(known.keys()));
  for (const { key, values } of said) {
    const variables = known.get(key) ?? [];
    expect(values.map(({ name, type }) => [name, type])).toEqual(variables.map(({ name, type }) => [name, type]));
    for (const [index, { value }] of values.entries()) {
      expect(JSON.stringify(value).length - 2).toBeLessThanOrEqual(variables[index]?.maxLength ?? 20);
    }
  }
});

test('no key stands twice, and no text of the code lacks what its message is for', () => {
  expect(new Set(wordings.map(({ key }) => key)).size).toBe(wordings.length);
  for (const text of mailed.slice(0, 1)) expect(text.text).toContain(secret);
  expect(codeText('482913', 'login', true).text).toContain('482913');
});
