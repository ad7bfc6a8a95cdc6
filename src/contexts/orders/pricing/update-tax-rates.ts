import type { Transaction } from '../../../database/transaction.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { listTaxRates, lockTaxRates, replaceTaxRates } from './tax-rate-store.ts';
import type { TaxRate } from './tax-rate-store.ts';

/** Replaces all rates. @throws Problem 409 `tax-rates-invalid` when a country has two for one class */
export async function updateTaxRates(
  tx: Transaction,
  { rates }: { readonly rates: readonly TaxRate[] },
): Promise<{ readonly before: readonly TaxRate[]; readonly after: readonly TaxRate[] }> {
  const key = ({ country, taxClass }: TaxRate): string => `${country} ${taxClass}`;
  const seen = new Set<string>();
  const errors = rates.flatMap((rate, index) => {
    const known = seen.has(key(rate));
    seen.add(key(rate));
    return known ? [{ pointer: `/rates/${index}`, detail: `${key(rate)} has a rate already` }] : [];
  });
  if (errors.length > 0) throw new Problem(problems['tax-rates-invalid'], { errors });
  const before = await lockTaxRates(tx);
  await replaceTaxRates(tx, rates);
  return { before, after: await listTaxRates(tx) };
}
