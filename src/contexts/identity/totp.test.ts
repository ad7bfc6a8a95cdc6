import { describe, expect, it } from '@jest/globals';
import { createRecoveryCodes, hashRecoveryCode } from './recovery-code.ts';
import { createTotpSecret, describeTotpSecret, stepOf, totpCode } from './totp.ts';

// RFC 6238, appendix B, SHA-1; the last six of its eight digits.
const secret = Buffer.from('12345678901234567890');
const vectors = [
  [59, '287082'],
  [1111111109, '081804'],
  [1111111111, '050471'],
  [1234567890, '005924'],
  [2000000000, '279037'],
  [20000000000, '353130'],
] as const;

describe('codes of an authenticator app', () => {
  it.each(vectors)('follow RFC 6238 at %i', (seconds, code) => {
    expect(totpCode(secret, new Date(seconds * 1000))).toBe(code);
    expect(stepOf(secret, code, new Date(seconds * 1000))).toBe(Math.floor(seconds / 30));
  });

  it('are good one step early and late, and name their own step', () => {
    const at = (seconds: number) => stepOf(secret, '287082', new Date(seconds * 1000));
    expect([at(-1), at(0), at(29), at(30), at(59), at(60), at(89), at(90)]).toEqual([
      ...[undefined, 1, 1, 1, 1, 1, 1, undefined],
    ]);
  });

  it('come from 160 random bits, told in base32', () => {
    const made = createTotpSecret();
    const told = describeTotpSecret(made, 'sara@example.com');
    expect([made.length, told.secret]).toEqual([20, expect.stringMatching(/^[A-Z2-7]{32}$/)]);
    expect(told.uri).toContain(`secret=${told.secret}`);
    expect(told.uri).toMatch(/^otpauth:\/\/totp\/Portico:sara%40example\.com\?issuer=Portico&/);
    expect(createTotpSecret().equals(made)).toBe(false);
  });
});

describe('recovery codes', () => {
  it('are ten, each another, and read the same however they are typed', () => {
    const codes = createRecoveryCodes();
    expect(new Set(codes.map(({ text }) => text)).size).toBe(10);
    for (const { text, hash } of codes) {
      expect(text).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/);
      expect(hashRecoveryCode(text.toLowerCase().replaceAll('-', ''))).toEqual(hash);
    }
  });
});
