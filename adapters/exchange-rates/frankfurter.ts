import type { RateProvider } from '../../src/ports/exchange-rates.ts';
import type { VendorWatch } from '../../src/ports/vendor-watch.ts';
import type { DirectoryCodes } from '../ask-directory.ts';
import { askForRates, tableOf } from './rates-api.ts';
import type { RatesApi } from './rates-api.ts';

export interface FrankfurterOptions {
  readonly watch: VendorWatch;
  /** Default: the public service. It can also be run by oneself. */
  readonly url?: string | undefined;
}

const codes: DirectoryCodes = {
  'http-400': ['nothing', 'not a day it knows'],
  'http-404': ['nothing', 'nothing was published for that day'],
  'http-422': ['nothing', 'not a day it knows'],
  'http-429': ['throttled', 'too many requests'],
  'http-503': ['retryable', 'the service is down'],
};

/**
 * The reference rates of the European Central Bank by Frankfurter's first API: some 30 currencies against the euro, on working
 * days at about 16:00 Central European time, back to 1999. No key. Its second API mixes the rates of many central banks, and
 * asked for a weekend carries forward without end; the first says which day its rates are of.
 */
export function createFrankfurterRates({
  watch,
  url = 'https://api.frankfurter.dev',
}: FrankfurterOptions): RateProvider {
  const api: RatesApi = {
    vendor: 'frankfurter',
    codes,
    watch,
    refusal: () => undefined,
    read: ({ base, date, rates }) => tableOf(base, date, rates),
  };
  return {
    name: 'frankfurter',
    ask: (day, options) => askForRates(api, `${url}/v1/${day ?? 'latest'}`, options),
  };
}
