import { requireCurrency } from '../../../shared/money.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { createAmountReader } from './amount-reader.ts';

/**
 * Reads one amount above zero, in minor units.
 *
 * @throws Problem 409 `currency-unknown`, `amount-unfit`, `amount-not-positive`
 */
export function readPositiveAmount(text: string, currency: string, pointer = '/amount'): bigint {
  requireCurrency(currency, '/currency');
  const amounts = createAmountReader(currency);
  const amount = amounts.read(text, pointer);
  amounts.finish();
  if (amount > 0n) return amount;
  throw new Problem(problems['amount-not-positive'], { errors: [{ pointer, detail: 'must be above 0' }] });
}
