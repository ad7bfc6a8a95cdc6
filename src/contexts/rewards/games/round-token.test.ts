import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRoundTokens } from './round-token.ts';

const secret = randomBytes(32);
const tokens = createRoundTokens(secret);
const claims = {
  roundId: '01939c2e-8b10-7d02-8f43-5a1e0c9d7b21',
  userId: '01939c2e-9d20-7e13-a054-6b2f1d0e8c32',
  gameId: 'dice',
  rulesVersion: 1,
  expiresAt: 1_795_256_130_123,
  nonce: randomBytes(16),
};

it('says what was put in, and fits the contract', () => {
  const token = tokens.issue(claims);
  expect(tokens.read(token)).toEqual(claims);
  expect(token).toMatch(/^[A-Za-z0-9_-]+[.][A-Za-z0-9_-]+$/);
  expect(token.length).toBeLessThanOrEqual(512);
});

it('is nothing once any character is changed, cut or added', () => {
  const token = tokens.issue(claims);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
  fc.assert(
    fc.property(fc.nat({ max: token.length - 1 }), fc.constantFrom(...Array.from(alphabet)), (at, character) => {
      const changed = token.slice(0, at) + character + token.slice(at + 1);
      if (changed !== token) expect(tokens.read(changed)).toBeNull();
    }),
    { numRuns: 2_000 },
  );
  for (const other of [token.slice(0, -1), `${token}A`, `${token}.A`, token.slice(1), '', '.', 'a.b']) {
    expect(tokens.read(other)).toBeNull();
  }
});

it('is nothing under another secret', () => {
  expect(createRoundTokens(randomBytes(32)).read(tokens.issue(claims))).toBeNull();
});
