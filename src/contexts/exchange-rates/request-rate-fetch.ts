import type { Transaction } from '../../database/transaction.ts';
import type { ExchangeRatesDependencies } from './dependencies.ts';
import { requireCome } from './find-exchange-rate.ts';
import { fetchRatesJob } from './jobs.ts';

/**
 * Has providers asked now, for the rates of a day or the latest; the list of fetches tells what came of it.
 *
 * @throws Problem 409 `rate-unavailable` for a day that has not come
 */
export async function requestRateFetch(
  { tx, enqueue, clock }: Pick<ExchangeRatesDependencies, 'enqueue' | 'clock'> & { readonly tx: Transaction },
  { requestId, day }: { readonly requestId: string; readonly day: string | undefined },
): Promise<void> {
  requireCome(clock, day);
  await enqueue(tx, fetchRatesJob, { requestId, day: day ?? null }, { maxAttempts: 3 });
}
