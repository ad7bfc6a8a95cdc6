import { requireCurrency } from '../../shared/money.ts';
import type { ExchangeRatesDependencies } from './dependencies.ts';
import type { ExchangeRate } from './exchange-rate.ts';
import { exchangeRateOf, requireCome } from './find-exchange-rate.ts';
import { listPairs } from './rate-store.ts';

/**
 * What one unit of a currency is worth in every other one on a day, each by the newest rate on or before it. Empty where
 * nothing is known.
 *
 * @throws Problem 409 `currency-unknown`, `rate-unavailable` for a day that has not come
 */
export async function getExchangeRates(
  { primary, clock, providers }: Pick<ExchangeRatesDependencies, 'primary' | 'clock' | 'providers'>,
  { base, day: asked }: { readonly base: string; readonly day: string | undefined },
): Promise<{ readonly day: string; readonly rates: readonly ExchangeRate[] }> {
  const day = requireCome(clock, asked);
  const from = requireCurrency(base, '?base');
  const names = providers.map(({ name }) => name);
  const pairs = await listPairs(primary, names, { from, day });
  const rates = pairs.flatMap((pair) => exchangeRateOf(pair, { from, to: pair.to, day }) ?? []);
  return { day, rates: rates.filter(({ to }) => to !== from) };
}
