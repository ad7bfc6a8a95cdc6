/** Somebody's part in what is apportioned. */
export interface Weighted {
  readonly id: string;
  /** Not negative; 0 gets nothing. */
  readonly weight: bigint;
}

/**
 * Splits an amount by weights, exactly, by the largest remainder: each gets ⌊amount · weight / total⌋, and the units that are
 * left go one each to the largest remainders. Ties are broken by a rotation that depends on the seed alone, **inside the
 * tied group**: rotating over everybody gives one of two tied members the unit two times out of three.
 *
 * Parts sum to the amount, differ from the exact share by less than a unit, and don't depend on the order given.
 *
 * @param amount in minor units; may be negative
 * @param seed such as the id of the expense: the same seed gives the same parts
 * @returns the part of each id; the total weight must be above zero, and no id may stand twice
 */
export function apportion(amount: bigint, parts: readonly Weighted[], seed: string): ReadonlyMap<string, bigint> {
  const total = parts.reduce((sum, { weight }) => sum + weight, 0n);
  if (total <= 0n || parts.some(({ weight }) => weight < 0n)) throw new RangeError('There are no weights to split by.');
  const shares = parts.map(({ id, weight }) => {
    const base = floorDivide(amount * weight, total);
    return { id, weight, base, remainder: amount * weight - base * total };
  });
  const result = new Map(shares.map(({ id, base }) => [id, base]));
  let left = Number(amount - shares.reduce((sum, { base }) => sum + base, 0n));
  const offset = hash32(seed);
  for (const group of groupsByRemainder(shares.filter(({ weight }) => weight > 0n))) {
    if (left <= 0) break;
    const start = offset % group.length;
    for (const { id, base } of [...group.slice(start), ...group.slice(0, start)].slice(0, left)) {
      result.set(id, base + 1n);
    }
    left -= group.length;
  }
  return result;
}

/** Towards minus infinity, where BigInt's own division goes towards zero. */
function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}

interface Share {
  readonly id: string;
  readonly base: bigint;
  readonly remainder: bigint;
}

/** Those with the same remainder stand together, by id; the largest remainder first. */
function groupsByRemainder(shares: readonly Share[]): Share[][] {
  const sorted = shares.toSorted((a, b) =>
    a.remainder === b.remainder ? compare(a.id, b.id) : compare(b.remainder, a.remainder),
  );
  const groups: Share[][] = [];
  for (const share of sorted) {
    const group = groups.at(-1);
    if (group?.[0]?.remainder === share.remainder) group.push(share);
    else groups.push([share]);
  }
  return groups;
}

function compare<Value extends string | bigint>(a: Value, b: Value): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** FNV-1a: the same everywhere and for ever, and spread evenly enough to be fair over many expenses. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
