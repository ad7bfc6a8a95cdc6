import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { apportion } from './apportion.ts';
import { participantsOf, splitAmount, WHOLE } from './split.ts';
import type { Split, SplitFault } from './split.ts';

const runs = { numRuns: Number(process.env['SPLIT_RUNS'] ?? 2_000) };
const LARGEST = 10n ** 15n;

const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 12 });
const weights = ids.chain((members) =>
  fc.tuple(...members.map((id) => fc.record({ id: fc.constant(id), weight: fc.bigInt({ min: 0n, max: 1_000n }) }))),
);
const amounts = fc.bigInt({ min: -LARGEST, max: LARGEST });
const positive = fc.bigInt({ min: 1n, max: LARGEST });
const total = (parts: Iterable<bigint>): bigint => [...parts].reduce((sum, part) => sum + part, 0n);

describe('Apportioning', () => {
  it('sums to the amount, is less than a unit from exact, gives nothing for no weight, in any order', () => {
    fc.assert(
      fc.property(amounts, weights, fc.string(), (amount, parts, seed) => {
        const whole = total(parts.map(({ weight }) => weight));
        fc.pre(whole > 0n);
        const shares = apportion(amount, parts, seed);
        expect(total(shares.values())).toBe(amount);
        for (const { id, weight } of parts) {
          const off = (shares.get(id) ?? 0n) * whole - amount * weight;
          expect(off < whole && off > -whole).toBe(true);
          if (weight === 0n) expect(shares.get(id)).toBe(0n);
        }
        expect(new Map([...apportion(amount, parts.toReversed(), seed)])).toEqual(new Map(shares));
      }),
      runs,
    );
  });

  it('gives equal weights parts that differ by a unit at most', () => {
    fc.assert(
      fc.property(amounts, ids, fc.string(), (amount, members, seed) => {
        const equal = members.map((id) => ({ id, weight: 1n }));
        const parts = [...apportion(amount, equal, seed).values()].toSorted((a, b) => Number(a - b));
        expect((parts.at(-1) ?? 0n) - (parts[0] ?? 0n) <= 1n).toBe(true);
      }),
      runs,
    );
  });

  it.each([
    [100n, [1n, 1n, 1n], [0, 1, 2]],
    [102n, [2n, 1n, 1n], [1, 2]],
  ])('of %s by %s gives the last unit to each of those who tie equally often', (amount, given, tied) => {
    const parts = given.map((weight, index) => ({ id: `member ${index}`, weight }));
    const fewest = apportion(amount, parts, 'any');
    const times = new Map<string, number>();
    const expenses = 6_000;
    const least = [...fewest.values()].reduce((a, b) => (a < b ? a : b));
    for (let expense = 0; expense < expenses; expense += 1) {
      for (const index of tied) {
        const id = `member ${index}`;
        const part = apportion(amount, parts, `expense ${expense}`).get(id) ?? 0n;
        times.set(id, (times.get(id) ?? 0) + Number(part - least));
      }
    }
    const share = total([...times.values()].map(BigInt));
    for (const count of times.values()) expect(count / Number(share)).toBeCloseTo(1 / tied.length, 1);
  });

  it('refuses what cannot be split by', () => {
    expect(() => apportion(1n, [{ id: 'a', weight: 0n }], '')).toThrow(RangeError);
    expect(() => apportion(1n, [{ id: 'a', weight: -1n }], '')).toThrow(RangeError);
  });
});

describe('Splitting', () => {
  const split = (amount: bigint, how: Split): Record<string, bigint> | SplitFault => {
    const owed = splitAmount(amount, how, 'seed');
    return 'fault' in owed ? owed : Object.fromEntries(owed);
  };

  it('itemised gives each what they had, and tax and tip by it', () => {
    const items = [
      { amount: 3_000n, memberIds: ['a'] },
      { amount: 1_000n, memberIds: ['a', 'b'] },
    ];
    const how: Split = { method: 'itemised', items, tax: 400n, tip: 800n };
    expect(split(5_200n, how)).toEqual({ a: 3_500n + 350n + 700n, b: 500n + 50n + 100n });
    expect(split(5_201n, how)).toEqual({ fault: 'unbalanced', difference: 1n });
    expect(participantsOf(how)).toEqual(['a', 'b']);
  });

  it('by adjustment divides the rest equally', () => {
    const shares = [
      { memberId: 'a', amount: 200n },
      { memberId: 'b', amount: 0n },
      { memberId: 'c', amount: -100n },
    ];
    expect(split(1_000n, { method: 'adjustment', shares })).toEqual({ a: 500n, b: 300n, c: 200n });
    expect(split(50n, { method: 'adjustment', shares })).toEqual({ fault: 'unbalanced', difference: -50n });
    expect(split(100n, { method: 'adjustment', shares })).toEqual({ fault: 'negative', memberId: 'c' });
  });

  it.each<[Split, SplitFault]>([
    [
      { method: 'exact', shares: ['a', 'b', 'c'].map((memberId) => ({ memberId, amount: 33n })) },
      { fault: 'unbalanced', difference: 1n },
    ],
    [
      { method: 'percentage', shares: [{ memberId: 'a', percent: 999_999n }] },
      { fault: 'percentages', difference: 1n },
    ],
    [{ method: 'shares', shares: [{ memberId: 'a', weight: 0n }] }, { fault: 'weightless' }],
    [{ method: 'equal', memberIds: [] }, { fault: 'weightless' }],
    [
      { method: 'equal', memberIds: ['a', 'b', 'a'] },
      { fault: 'twice', memberId: 'a' },
    ],
    [
      { method: 'itemised', items: [{ amount: 100n, memberIds: ['a', 'a'] }], tax: 0n, tip: 0n },
      { fault: 'twice', memberId: 'a' },
    ],
  ])('refuses %o of 100', (how, fault) => {
    expect(split(100n, how)).toEqual(fault);
  });

  it('by any method sums to the amount, with nobody below zero', () => {
    const sliced = fc.tuple(positive, ids).map(([amount, members]) => {
      const parts = apportion(
        amount,
        members.map((id, index) => ({ id, weight: BigInt(index * index + 1) })),
        'slices',
      );
      return { amount, members, parts };
    });
    fc.assert(
      fc.property(sliced, fc.string(), ({ amount, members, parts }, seed) => {
        const percents = apportion(
          WHOLE,
          members.map((id) => ({ id, weight: 1n })),
          'percents',
        );
        const hows: Split[] = [
          { method: 'equal', memberIds: members },
          { method: 'exact', shares: [...parts].map(([memberId, part]) => ({ memberId, amount: part })) },
          { method: 'shares', shares: members.map((memberId, index) => ({ memberId, weight: BigInt(index + 1) })) },
          { method: 'percentage', shares: [...percents].map(([memberId, percent]) => ({ memberId, percent })) },
          { method: 'adjustment', shares: [...parts].map(([memberId, part]) => ({ memberId, amount: part / 2n })) },
          {
            method: 'itemised',
            items: [...parts].map(([id, part]) => ({
              amount: part,
              memberIds: [id, ...members.filter((m) => m !== id)],
            })),
            ...{ tax: 0n, tip: 0n },
          },
        ];
        for (const how of hows) {
          const owed = splitAmount(amount, how, seed);
          if ('fault' in owed) throw new Error(`${how.method} has a fault: ${owed.fault}`);
          expect(total(owed.values())).toBe(amount);
          expect([...owed.values()].every((part) => part >= 0n)).toBe(true);
        }
      }),
      { numRuns: runs.numRuns / 4 },
    );
  });
});
