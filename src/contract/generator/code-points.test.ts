import { expect, test } from '@jest/globals';
import ucs2length from 'ajv/dist/runtime/ucs2length.js';
import fc from 'fast-check';
import countCodePoints from './code-points.ts';

test.each([
  ['', 0],
  ['five!', 5],
  ['é', 1],
  ['سلام', 4],
  ['👋', 1],
  ['👋\u{1f3fd}', 2],
  ['\ud83d', 1],
  ['\udc4b\ud83d', 2],
])('%j has %d code points', (text, length) => {
  expect(countCodePoints(text)).toBe(length);
});

test('counts as Ajv does, broken pairs included', () => {
  const units = fc.array(fc.integer({ min: 0xd7fe, max: 0xe001 }));
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        units.map((codes) => String.fromCharCode(...codes)),
      ),
      (text) => {
        expect(countCodePoints(text)).toBe(ucs2length.default(text));
      },
    ),
  );
});
