import { minorUnitsOf } from '../../src/shared/currency.ts';
import type { Money } from '../../src/shared/money.ts';

/** Where Stripe counts in other units than ISO 4217: MGA without fractions, ISK and UGX with two digits that must be 00. */
const OWN_EXPONENTS: Readonly<Record<string, number>> = { MGA: 0, ISK: 2, UGX: 2 };

function exponentOf(currency: string): number {
  return OWN_EXPONENTS[currency] ?? minorUnitsOf(currency);
}

/**
 * Stripe's integer for an amount; undefined where it cannot say it: fractions of a currency it counts without, and three-decimal
 * amounts that do not end in 0.
 */
export function toStripeAmount({ amount, currency }: Money): number | undefined {
  const shift = exponentOf(currency) - minorUnitsOf(currency);
  const factor = 10n ** BigInt(Math.abs(shift));
  if (shift < 0 && amount % factor !== 0n) return undefined;
  const scaled = shift < 0 ? amount / factor : amount * factor;
  const coarse = exponentOf(currency) === 3 && scaled % 10n !== 0n;
  return coarse || scaled > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(scaled);
}

/** Our minor units of what Stripe says. @throws RangeError for an amount that ours cannot say, or a currency nobody knows */
export function fromStripeAmount(amount: number, code: string): Money {
  const currency = code.toUpperCase();
  const shift = exponentOf(currency) - minorUnitsOf(currency);
  const factor = 10n ** BigInt(Math.abs(shift));
  const told = BigInt(amount);
  if (shift > 0 && told % factor !== 0n) throw new RangeError(`${currency} has no such fractions`);
  return { amount: shift > 0 ? told / factor : told * factor, currency };
}
