import { describe, expect, test } from '@jest/globals';
import { splitByLargestRemainder, totalsOf } from './totals.ts';

const free = { price: 0n, taxBasisPoints: 0 };
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);

/** Numbers that look random and are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

describe('totals', () => {
  test('round the tax of each line once, halves to even', () => {
    // 25 and 35 at 10 %: 2.5 and 3.5. By unit, it would be 2 + 2 for two of 25 each; by line it is 5.
    const tax = (unitPrice: bigint, quantity: number): bigint =>
      totalsOf([{ quantity, unitPrice, taxBasisPoints: 1000 }], free, null).tax;
    expect([tax(25n, 1), tax(35n, 1), tax(25n, 2)]).toEqual([2n, 4n, 5n]);
  });

  test('take the discount off before tax, line by line', () => {
    const items = [
      { quantity: 2, unitPrice: 1000n, taxBasisPoints: 2000 },
      { quantity: 1, unitPrice: 1000n, taxBasisPoints: 700 },
    ];
    const totals = totalsOf(items, { price: 500n, taxBasisPoints: 2000 }, { basisPoints: null, amount: 1000 });
    expect(totals.lines).toEqual([
      { subtotal: 2000n, discount: 667n, tax: 267n, total: 1600n },
      { subtotal: 1000n, discount: 333n, tax: 47n, total: 714n },
    ]);
    expect(totals).toMatchObject({ subtotal: 3000n, discount: 1000n, shipping: 500n, shippingTax: 100n, tax: 414n });
    expect(totals.total).toBe(2914n);
  });

  test('never take off more than there is', () => {
    const totals = totalsOf([{ quantity: 1, unitPrice: 300n, taxBasisPoints: 1900 }], free, {
      basisPoints: null,
      amount: 1000,
    });
    expect(totals).toMatchObject({ discount: 300n, tax: 0n, total: 0n });
  });

  test('refuse what JSON could not carry', () => {
    const item = { quantity: 10_000, unitPrice: 9_007_199_254_740_991n, taxBasisPoints: 0 };
    expect(() => totalsOf([item], free, null)).toThrow('Amounts end at');
  });

  test('of any cart: the parts equal the whole, and nothing is below zero', () => {
    const next = numbers(20_261_122);
    for (let cart = 0; cart < 3_000; cart += 1) {
      const items = Array.from({ length: 1 + next(8) }, () => ({
        quantity: 1 + next(20),
        unitPrice: BigInt(next(100_000)),
        taxBasisPoints: next(2_500),
      }));
      const shipping = { price: BigInt(next(3_000)), taxBasisPoints: next(2_500) };
      const kinds = [
        null,
        { basisPoints: 1 + next(10_000), amount: null },
        { basisPoints: null, amount: next(300_000) },
      ];
      const totals = totalsOf(items, shipping, kinds[next(3)] ?? null);
      expect(sum(totals.lines.map(({ discount }) => discount))).toBe(totals.discount);
      expect(sum(totals.lines.map(({ total }) => total)) + totals.shipping + totals.shippingTax).toBe(totals.total);
      expect(totals.subtotal - totals.discount + totals.shipping + totals.tax).toBe(totals.total);
      for (const { subtotal, discount, total } of totals.lines) {
        expect(discount >= 0n && discount <= subtotal && total >= 0n).toBe(true);
      }
    }
  });
});

test('a split gives what is left to the largest remainders, of equal ones to the first', () => {
  expect(splitByLargestRemainder(100n, [1n, 1n, 1n])).toEqual([34n, 33n, 33n]);
  expect(splitByLargestRemainder(10n, [1n, 5n, 4n, 0n])).toEqual([1n, 5n, 4n, 0n]);
  expect(splitByLargestRemainder(0n, [0n, 0n])).toEqual([0n, 0n]);
});
