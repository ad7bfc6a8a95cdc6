import { apportion } from './apportion.ts';

/** How an amount is divided; all amounts are in minor units of one currency. */
export type Split =
  | { readonly method: 'equal'; readonly memberIds: readonly string[] }
  | { readonly method: 'exact'; readonly shares: readonly { readonly memberId: string; readonly amount: bigint }[] }
  | { readonly method: 'shares'; readonly shares: readonly { readonly memberId: string; readonly weight: bigint }[] }
  /** `percent` is in ten-thousandths of a percent: 100 % is 1,000,000. */
  | {
      readonly method: 'percentage';
      readonly shares: readonly { readonly memberId: string; readonly percent: bigint }[];
    }
  /** More or less than the others by so much; the rest is divided equally. */
  | {
      readonly method: 'adjustment';
      readonly shares: readonly { readonly memberId: string; readonly amount: bigint }[];
    }
  /** Each item equally among its own; tax and tip by what each one's items come to. */
  | { readonly method: 'itemised'; readonly items: readonly SplitItem[]; readonly tax: bigint; readonly tip: bigint };

export interface SplitItem {
  readonly amount: bigint;
  readonly memberIds: readonly string[];
}

/** Ten-thousandths of a percent in the whole. */
export const WHOLE = 1_000_000n;

/** Why a split cannot be made. */
export type SplitFault =
  /** Parts that should sum to the amount come to so much less (negative: more), in minor units. */
  | { readonly fault: 'unbalanced'; readonly difference: bigint }
  /** Percentages come to so much less than 100 % (negative: more), in ten-thousandths of a percent. */
  | { readonly fault: 'percentages'; readonly difference: bigint }
  /** Nobody has a weight above zero. */
  | { readonly fault: 'weightless' }
  /** Somebody's part would be below zero. */
  | { readonly fault: 'negative'; readonly memberId: string }
  | { readonly fault: 'twice'; readonly memberId: string };

/** What each one owes. */
export type Owed = ReadonlyMap<string, bigint>;

/**
 * Divides an amount above zero. What each one owes is our result, never the caller's: parts, percentages and items are
 * inputs, and they have to come out.
 *
 * @param seed the expense's id: decides who gets a unit that does not divide
 * @returns what each participant owes, those who owe nothing included; the sum is the amount
 */
export function splitAmount(amount: bigint, split: Split, seed: string): Owed | SplitFault {
  const twice = firstTwice(split);
  if (twice !== undefined) return { fault: 'twice', memberId: twice };
  switch (split.method) {
    case 'equal':
      return byWeights(amount, equalWeights(split.memberIds), seed);
    case 'shares':
      return byWeights(
        amount,
        split.shares.map(({ memberId: id, weight }) => ({ id, weight })),
        seed,
      );
    case 'percentage': {
      const difference = WHOLE - sum(split.shares.map(({ percent }) => percent));
      if (difference !== 0n) return { fault: 'percentages', difference };
      return byWeights(
        amount,
        split.shares.map(({ memberId: id, percent: weight }) => ({ id, weight })),
        seed,
      );
    }
    case 'exact':
      return exactly(
        amount,
        split.shares.map(({ memberId, amount: part }) => [memberId, part]),
      );
    case 'adjustment': {
      const rest = amount - sum(split.shares.map((share) => share.amount));
      if (rest < 0n) return { fault: 'unbalanced', difference: rest };
      const ids = split.shares.map(({ memberId }) => memberId);
      const equal = byWeights(rest, equalWeights(ids), seed);
      if ('fault' in equal) return equal;
      return exactly(
        amount,
        split.shares.map(({ memberId, amount: more }) => [memberId, (equal.get(memberId) ?? 0n) + more]),
      );
    }
    case 'itemised':
      return byItems(amount, split, seed);
  }
}

function byItems(amount: bigint, split: Extract<Split, { method: 'itemised' }>, seed: string): Owed | SplitFault {
  const { items, tax, tip } = split;
  const difference = amount - sum(items.map((item) => item.amount)) - tax - tip;
  if (difference !== 0n) return { fault: 'unbalanced', difference };
  const subtotals = new Map<string, bigint>();
  for (const [index, item] of items.entries()) {
    add(subtotals, apportion(item.amount, equalWeights(item.memberIds), `${seed}:${index}`));
  }
  const weights = [...subtotals].map(([id, weight]) => ({ id, weight }));
  if (sum(weights.map(({ weight }) => weight)) === 0n) return { fault: 'weightless' };
  const owed = new Map(subtotals);
  add(owed, apportion(tax, weights, `${seed}:tax`));
  add(owed, apportion(tip, weights, `${seed}:tip`));
  return owed;
}

function exactly(amount: bigint, parts: readonly (readonly [string, bigint])[]): Owed | SplitFault {
  const difference = amount - sum(parts.map(([, part]) => part));
  if (difference !== 0n) return { fault: 'unbalanced', difference };
  const negative = parts.find(([, part]) => part < 0n);
  return negative === undefined ? new Map(parts) : { fault: 'negative', memberId: negative[0] };
}

function byWeights(
  amount: bigint,
  weights: readonly { readonly id: string; readonly weight: bigint }[],
  seed: string,
): Owed | Extract<SplitFault, { fault: 'weightless' }> {
  if (weights.every(({ weight }) => weight === 0n)) return { fault: 'weightless' };
  return apportion(amount, weights, seed);
}

function equalWeights(ids: readonly string[]) {
  return ids.map((id) => ({ id, weight: 1n }));
}

function add(to: Map<string, bigint>, parts: Owed): void {
  for (const [id, part] of parts) to.set(id, (to.get(id) ?? 0n) + part);
}

function sum(parts: readonly bigint[]): bigint {
  return parts.reduce((total, part) => total + part, 0n);
}

/** Everybody a split names, in its order, items one after another. */
export function participantsOf(split: Split): string[] {
  if (split.method === 'equal') return [...split.memberIds];
  if (split.method === 'itemised') return [...new Set(split.items.flatMap(({ memberIds }) => memberIds))];
  return split.shares.map(({ memberId }) => memberId);
}

function firstTwice(split: Split): string | undefined {
  const lists = split.method === 'itemised' ? split.items.map(({ memberIds }) => memberIds) : [participantsOf(split)];
  for (const list of lists) {
    const known = new Set<string>();
    for (const id of list) {
      if (known.has(id)) return id;
      known.add(id);
    }
  }
  return undefined;
}
