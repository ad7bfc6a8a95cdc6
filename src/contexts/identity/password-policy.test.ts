import { describe, expect, it } from '@jest/globals';
import type { BreachedPasswordAnswer } from '../../ports/breached-passwords.ts';
import { requireGoodPassword } from './password-policy.ts';

const signal = new AbortController().signal;

function judge(password: string, answer: BreachedPasswordAnswer = { outcome: 'absent' }, acceptUnchecked = true) {
  return requireGoodPassword(
    {
      breachedPasswords: { name: 'test', find: () => Promise.resolve(answer) },
      settings: { minimumPasswordLength: 15, acceptUncheckedPasswords: acceptUnchecked },
    },
    { password, pointer: '/password', identifiers: ['sara.rahimi@example.com', '+989121234567', null], signal },
  );
}

const refused = (detail: RegExp) =>
  expect.objectContaining({
    code: 'password-refused',
    errors: [{ pointer: '/password', detail: expect.stringMatching(detail) }],
  });

describe('the password policy', () => {
  it.each(['quiet rivers carry old songs', '€'.repeat(24), 'ی'.repeat(36), 'sara.rahimi loves her garden'])(
    'takes %s',
    async (password) => {
      await expect(judge(password)).resolves.toBeUndefined();
    },
  );

  it.each([
    ['25 euro signs', '€'.repeat(25), /at most 72 bytes in UTF-8; it has 75/],
    ['73 bytes', 'x'.repeat(73), /at most 72 bytes/],
    ['37 Persian letters', 'ی'.repeat(37), /at most 72 bytes/],
    ['14 characters', 'fourteen chars', /at least 15 characters/],
    ['15 that are 8 after normalisation', 'e\u0301'.repeat(8), /at least 15 characters/],
    ['half a character', `${'a b '.repeat(5)}\ud800`, /well-formed/],
    ['the own address', 'Sara.Rahimi@example.com', /own address/],
    ['the own name twice', 'sara.rahimisara.rahimi', /own address/],
    ['the own number twice', '989121234567989121234567', /own address or number/],
  ])('refuses %s', async (_name, password, detail) => {
    await expect(judge(password)).rejects.toEqual(refused(detail));
  });

  it('refuses what leaks know, and decides by configuration when they can not be asked', async () => {
    const away = { outcome: 'unavailable', detail: 'timed out' } as const;
    await expect(judge('quiet rivers carry old songs', { outcome: 'found' })).rejects.toEqual(refused(/leaks/));
    await expect(judge('quiet rivers carry old songs', away, true)).resolves.toBeUndefined();
    await expect(judge('quiet rivers carry old songs', away, false)).rejects.toEqual(refused(/try again/));
  });
});
