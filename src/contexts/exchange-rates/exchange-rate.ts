import type { Rate } from '../../shared/rate.ts';

/** What one unit of a currency is worth in another, and who says so. */
export interface ExchangeRate {
  readonly from: string;
  readonly to: string;
  /** Units of `to` for one unit of `from`, to twelve places. */
  readonly rate: Rate;
  /** The currency that both were quoted against; equals `from` or `to` where nothing was crossed. */
  readonly base: string;
  readonly provider: string;
  /** `2026-11-20`: the day it is of. Never later than the day asked for. */
  readonly asOf: string;
  /** Older than rates should be on the day asked for: the last one known. */
  readonly stale: boolean;
}

/**
 * Days that rates may be older than the day they are used for. Central banks are silent from Maundy Thursday to the Tuesday after
 * Easter, five days; whatever is older is a provider that has stopped.
 */
export const FRESH_DAYS = 5;

/** A rate may move by this part a day, either way; more is looked at by a person. */
const DAILY_JUMP = { numerator: 6n, denominator: 5n };
/** However long ago the last rate is: 2.5-fold. Without an end, an old rate would let anything pass. */
const MOST_JUMPS = 5;

const DAY = 86_400_000;

/** Days from one to another, both `2026-11-20`. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY);
}

/** The UTC day. */
export function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}

export function isStale(asOf: string, day: string): boolean {
  return daysBetween(asOf, day) > FRESH_DAYS;
}

/**
 * Whether a rate moved by more than 20 % a day since the reference, either way: a published history was once off by a factor of
 * 100 (exchangerate.host#158).
 *
 * @param days between the two, whichever is earlier
 */
export function isJump(reference: Rate, rate: Rate, days: number): boolean {
  const steps = BigInt(Math.min(MOST_JUMPS, Math.max(1, Math.abs(days))));
  const up = DAILY_JUMP.numerator ** steps;
  const down = DAILY_JUMP.denominator ** steps;
  return rate * down > reference * up || rate * up < reference * down;
}
