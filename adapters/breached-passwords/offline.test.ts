import { describe, expect, it } from '@jest/globals';
import { createOfflineBreachedPasswords, isCommon } from './offline.ts';

describe('the offline list of breached passwords', () => {
  it.each([
    'passwordpassword',
    'Password12345678',
    'P@ssw0rdP@ssw0rd',
    'qwertyuiopasdfgh',
    '123456789012345',
    'aaaaaaaaaaaaaaaa',
    'abcabcabcabcabcabc',
    'iloveyouiloveyou',
    'Correct Horse Battery Staple',
    'welcome-welcome-2024',
    '1q2w3e4r5t6y7u8i',
    'zyxwvutsrqponmlkj',
  ])('finds %s', (password) => {
    expect(isCommon(password)).toBe(true);
  });

  it.each([
    'quiet rivers carry old songs',
    'a quite different sentence',
    'سلام بر دریای آرام شمال',
    'xK9!mQ2@vL5#nR8$',
    'seventeen blue umbrellas',
  ])('lets %s pass', (password) => {
    expect(isCommon(password)).toBe(false);
  });

  it('answers at once for the longest password there is', async () => {
    const begun = performance.now();
    const answer = await createOfflineBreachedPasswords().find(`${'qwe'.repeat(23)}~x~`, {
      signal: AbortSignal.timeout(1000),
    });
    expect(answer).toEqual({ outcome: 'absent' });
    expect(performance.now() - begun).toBeLessThan(200);
  });
});
