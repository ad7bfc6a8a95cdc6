import { expect, test } from '@jest/globals';
import { refundOf } from './refund-of.ts';

test.each([
  [1000, 3],
  [1, 7],
  [0, 2],
  [99_999, 11],
])('the units of a line of %i for %i are worth its total, however they come back', (total, quantity) => {
  const line = { total, quantity };
  expect(refundOf(line, 0, quantity)).toBe(total);
  const one = Array.from({ length: quantity }, (_, before) => refundOf(line, before, 1));
  expect(one.reduce((sum, part) => sum + part, 0)).toBe(total);
  expect(Math.max(...one) - Math.min(...one)).toBeLessThanOrEqual(1);
});
