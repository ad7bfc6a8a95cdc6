import type { EnvironmentReader } from './environment-reader.ts';

/** Providers as EXCHANGE_RATE_PROVIDERS spells them. */
export const rateProviderNames = ['sandbox', 'frankfurter', 'open-exchange-rates', 'exchangeratesapi'] as const;
export type RateProviderName = (typeof rateProviderNames)[number];

/** Who is asked for exchange rates. */
export interface RateSettings {
  /** In the order in which they are asked and believed. */
  readonly providers: readonly RateProviderName[];
  /** Where a provider is, where that differs from its own address. */
  readonly urls: Readonly<Record<Exclude<RateProviderName, 'sandbox'>, string | undefined>>;
  readonly openExchangeRatesAppId: string;
  readonly exchangeratesapiAccessKey: string;
}

export function readRateSettings(read: EnvironmentReader): RateSettings {
  const listed = read.list('EXCHANGE_RATE_PROVIDERS', ['sandbox'], rateProviderNames);
  const providers = rateProviderNames.filter((name) => listed.includes(name));
  providers.sort((one, other) => listed.indexOf(one) - listed.indexOf(other));
  if (new Set(listed).size < listed.length) read.faults.push('EXCHANGE_RATE_PROVIDERS names a provider twice');
  const needed = (provider: RateProviderName, variable: string): string => {
    const value = read.text(variable);
    if (value === undefined && providers.includes(provider)) read.faults.push(`${variable} is missing`);
    return value ?? '';
  };
  const url = (variable: string): string | undefined => read.url(variable, ['http:', 'https:'])?.replace(/\/+$/, '');
  return {
    providers,
    urls: {
      frankfurter: url('FRANKFURTER_URL'),
      'open-exchange-rates': url('OPEN_EXCHANGE_RATES_URL'),
      exchangeratesapi: url('EXCHANGERATESAPI_URL'),
    },
    openExchangeRatesAppId: needed('open-exchange-rates', 'OPEN_EXCHANGE_RATES_APP_ID'),
    exchangeratesapiAccessKey: needed('exchangeratesapi', 'EXCHANGERATESAPI_ACCESS_KEY'),
  };
}
