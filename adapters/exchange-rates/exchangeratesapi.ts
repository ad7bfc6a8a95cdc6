import type { RateProvider } from '../../src/ports/exchange-rates.ts';
import type { VendorWatch } from '../../src/ports/vendor-watch.ts';
import { isObject, textOf } from '../vendor-call.ts';
import type { DirectoryCodes } from '../ask-directory.ts';
import { askForRates, tableOf } from './rates-api.ts';
import type { RatesApi } from './rates-api.ts';

export interface ExchangeratesapiOptions {
  readonly accessKey: string;
  readonly watch: VendorWatch;
  /** Up to and without the name of the day. Default: `https://api.exchangeratesapi.io/v1`. */
  readonly url?: string | undefined;
}

const badKey: DirectoryCodes[string] = ['configuration', 'the access key is missing or unknown'];
const quota: DirectoryCodes[string] = ['configuration', 'the requests of this month are used up'];
const plan: DirectoryCodes[string] = ['configuration', 'the plan does not include this'];
const nothing: DirectoryCodes[string] = ['nothing', 'nothing was published for that day'];
const badDay: DirectoryCodes[string] = ['nothing', 'not a day it knows'];

/** `error.type`, or `error.code` where there is no type: the vendor has both forms. */
const codes: DirectoryCodes = {
  '101': badKey,
  missing_access_key: badKey,
  invalid_access_key: badKey,
  '102': ['configuration', 'the account is switched off'],
  inactive_user: ['configuration', 'the account is switched off'],
  '103': plan,
  invalid_api_function: plan,
  '104': quota,
  usage_limit_reached: quota,
  monthly_usage_limit_reached: quota,
  '105': plan,
  function_access_restricted: plan,
  base_currency_access_restricted: plan,
  https_access_restricted: plan,
  '106': nothing,
  no_rates_available: nothing,
  '301': badDay,
  '302': badDay,
  invalid_date: badDay,
  rate_limit_reached: ['throttled', 'too many requests'],
  too_many_requests: ['throttled', 'too many requests'],
  'http-401': badKey,
  'http-403': plan,
  'http-404': nothing,
  'http-429': ['throttled', 'too many requests'],
};

/**
 * exchangeratesapi.io and what speaks like it: some 170 currencies against the euro, which is the base of its free plan. A
 * refusal may come with status 200.
 */
export function createExchangeratesapi(options: ExchangeratesapiOptions): RateProvider {
  const { accessKey, watch, url = 'https://api.exchangeratesapi.io/v1' } = options;
  const api: RatesApi = {
    vendor: 'exchangeratesapi',
    codes,
    watch,
    refusal: ({ success, error }) => {
      if (isObject(error)) return textOf(error['type']) ?? textOf(error['code']) ?? 'none';
      return success === false ? 'none' : undefined;
    },
    read: ({ base, date, rates }) => tableOf(base, date, rates),
  };
  return {
    name: 'exchangeratesapi',
    ask: (day, askOptions) =>
      askForRates(api, `${url}/${day ?? 'latest'}?access_key=${encodeURIComponent(accessKey)}`, askOptions),
  };
}
