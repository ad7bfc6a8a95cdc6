import type { RateProvider } from '../../ports/exchange-rates.ts';
import type { ExchangeRatesDependencies } from './dependencies.ts';
import { listLastFetches } from './fetch-store.ts';
import type { RateFetch } from './rate-fetch.ts';

export interface RateProviderStatus {
  readonly provider: RateProvider;
  readonly lastFetch: RateFetch | undefined;
}

/** The configured providers in their order, and how each did last. */
export async function getRateProviders({
  primary,
  providers,
}: Pick<ExchangeRatesDependencies, 'primary' | 'providers'>): Promise<readonly RateProviderStatus[]> {
  const last = await listLastFetches(primary);
  return providers.map((provider) => ({ provider, lastFetch: last.get(provider.name) }));
}
