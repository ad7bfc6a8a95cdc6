import { decimalText, minorUnitsOf } from './currency.ts';
import { divideHalfEven, withinRange } from './money.ts';
import type { Money } from './money.ts';

/** Digits after the point of every rate, as `numeric(24, 12)` keeps them. */
export const RATE_PLACES = 12;

const ONE = 10n ** BigInt(RATE_PLACES);
const BEYOND = 10n ** 24n;

/**
 * How much of one currency a unit of another is worth, as a decimal with 12 places held in an integer: 1.0834 is
 * `1083400000000n`. Never a `number`, which has none of these decimals exactly.
 */
export type Rate = bigint;

/** One unit for one: a currency against itself. */
export const PAR: Rate = ONE;

/**
 * Reads a decimal as vendors and PostgreSQL write it: `1.0834`, `2.6e-5`. Digits beyond the twelfth are rounded half to even.
 * Undefined for anything else, for what is not above 0 after that, and for a million million and more.
 */
export function readRate(text: string): Rate | undefined {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^(\d{1,30})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,2}))?$/.exec(text) ?? [];
  if (whole === '') return undefined;
  const digits = BigInt(whole + fraction);
  const shift = RATE_PLACES - fraction.length + Number(exponent);
  const rate = shift >= 0 ? digits * 10n ** BigInt(shift) : divideHalfEven(digits, 10n ** BigInt(-shift));
  return rate > 0n && rate < BEYOND ? rate : undefined;
}

/** The decimal without needless zeros: `1.0834`. */
export function rateText(rate: Rate): string {
  return decimalText(rate, RATE_PLACES).replace(/\.?0+$/, '');
}

/**
 * What one unit of the first currency is in the second, from what a third is worth in each: (quote per EUR) ÷ (base per EUR).
 * Rounded half to even at the twelfth place; undefined where nothing is left of it.
 */
export function crossRate(basePerThird: Rate, quotePerThird: Rate): Rate | undefined {
  const rate = divideHalfEven(quotePerThird * ONE, basePerThird);
  return rate > 0n && rate < BEYOND ? rate : undefined;
}

/**
 * The amount in another currency, rounded once, half to even, to its minor unit.
 *
 * @param rate units of `currency` for one unit of the money's own
 * @throws Problem 409 `money-overflow`
 */
export function convertMoney(money: Money, rate: Rate, currency: string): Money {
  const from = 10n ** BigInt(minorUnitsOf(money.currency));
  const to = 10n ** BigInt(minorUnitsOf(currency));
  return { amount: withinRange(divideHalfEven(money.amount * rate * to, ONE * from)), currency };
}
