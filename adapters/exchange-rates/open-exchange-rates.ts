import type { RateProvider } from '../../src/ports/exchange-rates.ts';
import type { VendorWatch } from '../../src/ports/vendor-watch.ts';
import { textOf } from '../vendor-call.ts';
import type { DirectoryCodes } from '../ask-directory.ts';
import { askForRates, tableOf } from './rates-api.ts';
import type { RatesApi } from './rates-api.ts';

export interface OpenExchangeRatesOptions {
  readonly appId: string;
  readonly watch: VendorWatch;
  /** Default: the vendor's own. */
  readonly url?: string | undefined;
}

/** `message` of refusals. */
const codes: DirectoryCodes = {
  missing_app_id: ['configuration', 'the app id did not arrive'],
  invalid_app_id: ['configuration', 'the app id is unknown'],
  app_id_inactive: ['configuration', 'the app id is switched off'],
  // Comes with status 429 and is no matter of speed: waiting does not help.
  not_allowed: ['configuration', 'the plan does not include this'],
  access_restricted: ['configuration', 'the quota of the plan is used up, or the account is restricted'],
  invalid_base: ['configuration', 'the plan does not include this base'],
  not_found: ['nothing', 'nothing was published for that day'],
  not_available: ['nothing', 'nothing was published for that day'],
  invalid_date: ['nothing', 'not a day it knows'],
  'http-401': ['configuration', 'the app id is unknown'],
  'http-403': ['configuration', 'the account is restricted'],
  'http-404': ['nothing', 'nothing was published for that day'],
  'http-429': ['throttled', 'too many requests'],
};

/**
 * Open Exchange Rates: some 170 currencies against the dollar, mixed from many sources, every hour. The rates of a day are
 * those of the moment they were asked for, or of its end for a day in the past.
 */
export function createOpenExchangeRates(options: OpenExchangeRatesOptions): RateProvider {
  const { appId, watch, url = 'https://openexchangerates.org' } = options;
  const api: RatesApi = {
    vendor: 'open-exchange-rates',
    codes,
    watch,
    refusal: ({ error, message }) => (error === true ? (textOf(message) ?? 'none') : undefined),
    read: ({ base, timestamp, rates }) => tableOf(base, dayOf(timestamp), rates),
  };
  return {
    name: 'open-exchange-rates',
    ask(day, askOptions) {
      const file = day === undefined ? 'latest' : `historical/${day}`;
      return askForRates(api, `${url}/api/${file}.json?app_id=${encodeURIComponent(appId)}`, askOptions);
    },
  };
}

/** The UTC day of Unix seconds. */
function dayOf(timestamp: unknown): string | undefined {
  if (typeof timestamp !== 'string' || !/^\d{1,11}$/.test(timestamp)) return undefined;
  return new Date(Number(timestamp) * 1_000).toISOString().slice(0, 10);
}
