import { requireCurrency } from '../../../shared/money.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import type { VariantPrice } from './variant.ts';

/**
 * What can be said of each price alone; that two of them are never valid at once is the database's to say.
 *
 * @throws Problem 409 `price-invalid`, `currency-unknown`
 */
export function requireValidPrices(prices: readonly VariantPrice[]): void {
  const errors = prices.flatMap(({ price, validFrom, validUntil }, index) => [
    ...(price.amount < 0n ? [{ pointer: `/prices/${index}/price/amount`, detail: 'must not be negative' }] : []),
    ...(validFrom !== null && validUntil !== null && validFrom >= validUntil
      ? [{ pointer: `/prices/${index}/validUntil`, detail: 'must lie after validFrom' }]
      : []),
  ]);
  if (errors.length > 0) throw new Problem(problems['price-invalid'], { detail: 'A price cannot be valid.', errors });
  for (const [index, { price }] of prices.entries()) requireCurrency(price.currency, `/prices/${index}/price/currency`);
}
