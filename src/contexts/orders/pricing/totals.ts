import { divideHalfEven, withinRange } from '../../../shared/money.ts';
import type { DiscountTerms } from '../stream/order.ts';

/** What a line costs before anything is taken off or added. */
export interface PricedItem {
  readonly quantity: number;
  /** Minor units, without tax. */
  readonly unitPrice: bigint;
  readonly taxBasisPoints: number;
}

export interface LineTotals {
  readonly subtotal: bigint;
  readonly discount: bigint;
  readonly tax: bigint;
  readonly total: bigint;
}

export interface Totals {
  readonly lines: readonly LineTotals[];
  readonly subtotal: bigint;
  readonly discount: bigint;
  readonly shipping: bigint;
  readonly shippingTax: bigint;
  /** Of the lines and of shipping. */
  readonly tax: bigint;
  readonly total: bigint;
}

const WHOLE = 10_000n;

/**
 * What an order costs. Prices are without tax. There is one rounding step, halves to even: the tax of each line, on what is left
 * of it after its part of the discount, and that of shipping in the same way; a discount in per cent is rounded once, as a whole.
 * Everything else is sums, and the parts equal the whole.
 *
 * @throws Problem 409 `money-overflow`
 */
export function totalsOf(
  items: readonly PricedItem[],
  shipping: { readonly price: bigint; readonly taxBasisPoints: number },
  terms: Pick<DiscountTerms, 'basisPoints' | 'amount'> | null,
): Totals {
  const subtotals = items.map(({ quantity, unitPrice }) => withinRange(BigInt(quantity) * unitPrice));
  const subtotal = withinRange(sum(subtotals));
  const discount = discountOf(subtotal, terms);
  const parts = splitByLargestRemainder(discount, subtotals);
  const lines = items.map(({ taxBasisPoints }, index): LineTotals => {
    const [own = 0n, part = 0n] = [subtotals[index], parts[index]];
    const tax = taxOf(own - part, taxBasisPoints);
    return { subtotal: own, discount: part, tax, total: withinRange(own - part + tax) };
  });
  const shippingTax = taxOf(shipping.price, shipping.taxBasisPoints);
  const tax = sum(lines.map((line) => line.tax)) + shippingTax;
  const total = withinRange(subtotal - discount + shipping.price + tax);
  return { lines, subtotal, discount, shipping: shipping.price, shippingTax, tax, total };
}

function taxOf(net: bigint, basisPoints: number): bigint {
  return divideHalfEven(net * BigInt(basisPoints), WHOLE);
}

function discountOf(subtotal: bigint, terms: Pick<DiscountTerms, 'basisPoints' | 'amount'> | null): bigint {
  if (terms === null) return 0n;
  const wanted =
    terms.basisPoints === null
      ? BigInt(terms.amount ?? 0)
      : divideHalfEven(subtotal * BigInt(terms.basisPoints), WHOLE);
  return wanted < subtotal ? wanted : subtotal;
}

/**
 * Splits by weights, exactly: each gets its share rounded down, and the units that are left go one each to the largest remainders,
 * of equal ones to the first. No part exceeds its weight while the amount does not exceed their sum.
 */
export function splitByLargestRemainder(amount: bigint, weights: readonly bigint[]): readonly bigint[] {
  const whole = sum(weights);
  if (whole === 0n) return weights.map(() => 0n);
  const parts = weights.map((weight) => (amount * weight) / whole);
  const byRemainder = weights
    .map((weight, index) => ({ index, remainder: (amount * weight) % whole }))
    .toSorted((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder < b.remainder ? 1 : -1));
  const left = Number(amount - sum(parts));
  const favoured = new Set(byRemainder.slice(0, left).map(({ index }) => index));
  return parts.map((part, index) => (favoured.has(index) ? part + 1n : part));
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
