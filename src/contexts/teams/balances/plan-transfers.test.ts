import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { planBeside } from './plan-beside.ts';
import { MOST_EXACT, planTransfers } from './plan-transfers.ts';
import type { Net, TransferPlan } from './plan-transfers.ts';

const netsOf = (amounts: readonly bigint[]): Net[] =>
  amounts.map((net, at) => ({ id: `m${String(at).padStart(2, '0')}`, net }));
/** Amounts, and one more that makes them sum to zero. */
const balanced = (size: { readonly most: number; readonly largest: bigint }) =>
  fc
    .array(fc.bigInt({ min: -size.largest, max: size.largest }), { minLength: 1, maxLength: size.most - 1 })
    .map((amounts) => netsOf([...amounts, -amounts.reduce((sum, amount) => sum + amount, 0n)]));

function settle(nets: readonly Net[], { transfers }: TransferPlan): bigint[] {
  const left = new Map(nets.map(({ id, net }) => [id, net]));
  for (const { payerId, receiverId, amount } of transfers) {
    expect(amount > 0n).toBe(true);
    left.set(payerId, (left.get(payerId) ?? 0n) + amount);
    left.set(receiverId, (left.get(receiverId) ?? 0n) - amount);
  }
  return [...left.values()];
}

/** The largest number of groups that cancel, by trying every way to divide them. */
function mostGroups(amounts: readonly bigint[]): number {
  const place = (at: number, sums: readonly bigint[]): number => {
    const amount = amounts[at];
    if (amount === undefined) return sums.every((sum) => sum === 0n) ? sums.length : 0;
    const joined = sums.map((_, group) =>
      place(
        at + 1,
        sums.map((sum, n) => (n === group ? sum + amount : sum)),
      ),
    );
    return Math.max(0, ...joined, place(at + 1, [...sums, amount]));
  };
  return place(0, []);
}

describe('A plan', () => {
  it('settles everybody, with the money there is, in fewer transfers than members, in any order', () => {
    fc.assert(
      fc.property(balanced({ most: 14, largest: 30n }), (nets) => {
        const plan = planTransfers(nets);
        expect(settle(nets, plan).every((net) => net === 0n)).toBe(true);
        const open = nets.filter(({ net }) => net !== 0n);
        expect(plan.transfers.length).toBeLessThanOrEqual(Math.max(0, open.length - 1));
        const owed = open.reduce((sum, { net }) => (net > 0n ? sum + net : sum), 0n);
        expect(plan.transfers.reduce((sum, { amount }) => sum + amount, 0n)).toBe(owed);
        expect(planTransfers(nets.toReversed())).toEqual(plan);
      }),
      { numRuns: 300 },
    );
  });

  it('of up to eight is as short as trying everything', () => {
    fc.assert(
      fc.property(balanced({ most: 8, largest: 6n }), (nets) => {
        const open = nets.flatMap(({ net }) => (net === 0n ? [] : [net]));
        expect(planTransfers(nets).transfers).toHaveLength(open.length - mostGroups(open));
      }),
      { numRuns: 150 },
    );
  });

  it('is shorter than largest pays largest where that misses a group', () => {
    const plan = planTransfers(netsOf([-7n, -6n, 1n, 3n, 4n, 5n]));
    expect([plan.method, plan.transfers.length]).toEqual(['exact', 4]);
  });

  it('tells sums apart that floating point does not', () => {
    const large = 2n ** 53n;
    const nets = netsOf([large, 1n, -large - 2n, 1n, 5n, -5n]);
    expect(planTransfers(nets).transfers).toHaveLength(4);
  });

  it('says when it is a guess, and when a guess is as good as can be', () => {
    const guess = netsOf(
      Array.from({ length: 2 * MOST_EXACT }, (_, at) => BigInt((at + 3) ** 2 * (at % 2 === 0 ? 1 : -1))),
    );
    const rest = -guess.reduce((sum, { net }) => sum + net, 0n);
    const nets = [...guess, { id: 'rest', net: rest }];
    expect(planTransfers(nets).method).toBe('heuristic');
    expect(settle(nets, planTransfers(nets)).every((net) => net === 0n)).toBe(true);
    const star = netsOf([BigInt(30 * 31) / 2n, ...Array.from({ length: 30 }, (_, at) => -BigInt(at + 1))]);
    expect(planTransfers(star)).toMatchObject({ method: 'exact', transfers: { length: 30 } });
  });

  it('is empty when nobody owes anything', () => {
    expect(planTransfers(netsOf([0n, 0n]))).toEqual({ method: 'exact', transfers: [] });
  });

  it('of twenty is made beside the request thread, and is the same', async () => {
    const nets = netsOf([...Array.from({ length: 19 }, (_, at) => BigInt(3 ** at % 1_009) - 400n)]);
    const all = [...nets, { id: 'rest', net: -nets.reduce((sum, { net }) => sum + net, 0n) }];
    const plan = await planBeside(all);
    expect(plan).toEqual(planTransfers(all));
    expect(plan.method).toBe('exact');
  });
});
