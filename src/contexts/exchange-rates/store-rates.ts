import type { Transaction } from '../../database/transaction.ts';
import type { RateTable } from '../../ports/exchange-rates.ts';
import { PAR } from '../../shared/rate.ts';
import { daysBetween, isJump } from './exchange-rate.ts';
import { insertQuarantined } from './quarantine-store.ts';
import { insertRates, listKnown, lockProvider } from './rate-store.ts';

/** What became of the rates of a table. */
export interface StoredRates {
  readonly stored: number;
  readonly quarantined: number;
}

/**
 * Lets in what is new of a provider's table; what is known already makes no row, what moved too far waits for a person. Safe to
 * repeat and to run several times at once.
 */
export async function storeRates(
  tx: Transaction,
  provider: string,
  { base, asOf, rates }: RateTable,
  fetchedAt: Date,
): Promise<StoredRates> {
  await lockProvider(tx, provider);
  const known = await listKnown(tx, { provider, base, asOf, quotes: [...rates.keys()] });
  const changed = known.flatMap(({ quote, present, reference }) => {
    const rate = rates.get(quote) ?? PAR;
    return present === rate ? [] : [{ quote, rate, reference }];
  });
  const suspect = changed.flatMap(({ quote, rate, reference }) =>
    reference !== undefined && isJump(reference.rate, rate, daysBetween(reference.day, asOf))
      ? [{ provider, base, quote, asOf, rate, fetchedAt, referenceRate: reference.rate, referenceDate: reference.day }]
      : [],
  );
  const suspected = new Set(suspect.map(({ quote }) => quote));
  const accepted = changed.filter(({ quote }) => !suspected.has(quote));
  await insertRates(tx, { provider, base, asOf, fetchedAt, rates: accepted });
  return { stored: accepted.length, quarantined: await insertQuarantined(tx, suspect) };
}
