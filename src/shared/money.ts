import { decimalText, isCurrency, minorUnitsOf } from './currency.ts';
import { defineProblems, Problem } from './problem.ts';

/**
 * An amount of one currency, exactly: `{ amount: 1099n, currency: 'USD' }` is 10.99 dollars.
 *
 * Three forms, and no other; none of them is ever a fraction in a `number`:
 * - here: `bigint` minor units. PostgreSQL has `bigint` columns `<name>_minor` beside a `currency char(3)`; they arrive as checked
 *   safe integers, or as text where a sum may be larger: `BigInt` takes both.
 * - on the wire: the schema `Money` of openapi/common.yaml, `{ "amount": 1099, "currency": "USD" }`. {@link readMoney} takes it
 *   in, {@link moneyBody} gives it out.
 * - in files and texts, and in teams, where people type amounts: a decimal of its currency, `10.99`, `1099` for JPY.
 *   {@link moneyText} and {@link readAmount}.
 *
 * How many digits a minor unit has is the currency's matter ({@link minorUnitsOf}), never a factor of 100.
 */
export interface Money {
  readonly amount: bigint;
  /** ISO 4217, one that `isCurrency` knows. */
  readonly currency: string;
}

/** The schema `Money` as JSON has it. */
export interface MoneyBody {
  /** Whole minor units within ±(2^53 − 1); the contract refuses anything else with 400. */
  readonly amount: number;
  readonly currency: string;
}

/** Beyond this, either way, JSON numbers are not exact any more. Columns are checked against it too. */
export const LARGEST_AMOUNT = BigInt(Number.MAX_SAFE_INTEGER);

/** What every context that takes amounts refuses: spread it into its `problems.ts`, name the codes in its `x-problems`. */
export const moneyProblems = defineProblems({
  'currency-unknown': { status: 409, title: 'Currency unknown' },
  'money-overflow': { status: 409, title: 'Amount too large' },
});

/**
 * @param pointer where the amount stands in the request, for the refusal: `/amount`
 * @throws Problem 409 `currency-unknown`
 */
export function readMoney(body: MoneyBody, pointer: string): Money {
  return { amount: BigInt(body.amount), currency: requireCurrency(body.currency, `${pointer}/currency`) };
}

/** @throws Problem 409 `currency-unknown` */
export function requireCurrency(code: string, pointer: string): string {
  if (isCurrency(code)) return code;
  throw new Problem(moneyProblems['currency-unknown'], {
    detail: `${code} is no currency of ISO 4217 that people pay with.`,
    errors: [{ pointer, detail: 'is no currency' }],
  });
}

/** @throws Problem 409 `money-overflow` when JSON could not carry it exactly */
export function moneyBody({ amount, currency }: Money): MoneyBody {
  return { amount: Number(withinRange(amount)), currency };
}

/**
 * @returns the same amount
 * @throws Problem 409 `money-overflow` beyond ±(2^53 − 1) minor units
 */
export function withinRange(amount: bigint): bigint {
  if (amount <= LARGEST_AMOUNT && amount >= -LARGEST_AMOUNT) return amount;
  throw new Problem(moneyProblems['money-overflow'], {
    detail: `Amounts end at ${LARGEST_AMOUNT} minor units.`,
  });
}

/**
 * @throws TypeError when the currencies differ: that is a conversion, not a sum
 * @throws Problem 409 `money-overflow`
 */
export function addMoney(one: Money, other: Money): Money {
  if (one.currency !== other.currency) throw new TypeError(`${one.currency} and ${other.currency} do not add up`);
  return { amount: withinRange(one.amount + other.amount), currency: one.currency };
}

/**
 * `numerator ÷ denominator` as an integer, halves to the even neighbour, alike for both signs. The one way to round money:
 * PostgreSQL rounds numerics half up and floats half even, JavaScript rounds halves towards +∞.
 *
 * @throws RangeError when the denominator is 0
 */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n;
  const dividend = numerator < 0n ? -numerator : numerator;
  const divisor = denominator < 0n ? -denominator : denominator;
  const quotient = dividend / divisor;
  const twice = 2n * (dividend % divisor);
  const up = twice > divisor || (twice === divisor && quotient % 2n === 1n);
  const rounded = up ? quotient + 1n : quotient;
  return negative ? -rounded : rounded;
}

/** `10.99` of 1099 USD, `1099` of 1099 JPY: always all digits of the currency, without its name. */
export function moneyText({ amount, currency }: Money): string {
  return decimalText(amount, minorUnitsOf(currency));
}

/**
 * Minor units of a decimal such as `10.99`, `-3`, `1099.0`; undefined for anything else: thousands separators, exponents, digits
 * below the minor unit other than zeros (`10.995` USD, `10.5` JPY), more than ±(2^53 − 1) minor units.
 *
 * @param currency one that `isCurrency` knows
 */
export function readAmount(text: string, currency: string): bigint | undefined {
  const [, sign = '', whole = '', fraction = ''] = /^([+-]?)(\d{1,16})(?:\.(\d{1,20}))?$/.exec(text.trim()) ?? [];
  if (whole === '') return undefined;
  const exponent = minorUnitsOf(currency);
  if (/[^0]/.test(fraction.slice(exponent))) return undefined;
  const amount = BigInt(whole + fraction.slice(0, exponent).padEnd(exponent, '0'));
  if (amount > LARGEST_AMOUNT) return undefined;
  return sign === '-' ? -amount : amount;
}
