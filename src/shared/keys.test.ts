import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { deriveKey } from './keys.ts';

describe('A derived key', () => {
  it('is HKDF-SHA-256 of the secret for its purpose', () => {
    // RFC 5869, both steps spelled out.
    const extracted = createHmac('sha256', 'portico').update('secret').digest();
    const expanded = createHmac('sha256', extracted).update('page cursors\u0001').digest();
    expect(deriveKey('secret', 'page cursors')).toEqual(expanded);
  });

  it('differs by purpose and by secret', () => {
    const keys = [deriveKey('a', 'x'), deriveKey('a', 'y'), deriveKey('b', 'x')].map((key) => key.toString('hex'));
    expect(new Set(keys).size).toBe(3);
  });
});
