import { expect, test } from '@jest/globals';
import { newId } from '../../../shared/id.ts';
import { createUnsubscribeTokens } from './unsubscribe-token.ts';

const tokens = createUnsubscribeTokens(Buffer.alloc(32, 1));

test('a token gives its message back', () => {
  const id = newId();
  expect(tokens.sign(id)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(tokens.verify(tokens.sign(id))).toBe(id);
});

test('one with any character changed, or of another installation, gives nothing', () => {
  const token = tokens.sign(newId());
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  for (let at = 0; at < token.length; at += 1) {
    for (const other of alphabet.replace(token.charAt(at), '')) {
      expect(tokens.verify(token.slice(0, at) + other + token.slice(at + 1))).toBeUndefined();
    }
  }
  expect(createUnsubscribeTokens(Buffer.alloc(32, 2)).verify(token)).toBeUndefined();
});
