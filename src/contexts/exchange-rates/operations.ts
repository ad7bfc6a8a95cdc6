import { reply } from '../../contract/handlers.ts';
import type { ContextHandlers } from '../../contract/handlers.ts';
import { currencies, minorUnitsOf } from '../../shared/currency.ts';
import { moneyBody } from '../../shared/money.ts';
import { fetchBody, providerBody, quarantinedBody, rateBody } from './bodies.ts';
import type { ExchangeRatesDependencies } from './dependencies.ts';
import { getConversion } from './get-conversion.ts';
import { getExchangeRates } from './get-exchange-rates.ts';
import { getRateProviders } from './get-rate-providers.ts';
import { listQuarantinedRates } from './list-quarantined-rates.ts';
import { listRateFetches } from './list-rate-fetches.ts';
import { listRateHistory } from './list-rate-history.ts';
import { releaseQuarantinedRate } from './release-quarantined-rate.ts';
import { requestRateFetch } from './request-rate-fetch.ts';

export function createExchangeRatesOperations(dependencies: ExchangeRatesDependencies) {
  const { clock, enqueue } = dependencies;
  return {
    getCurrencies: () => {
      const all = currencies.map((code) => ({ code, fractionDigits: minorUnitsOf(code) }));
      return Promise.resolve(reply('getCurrencies', { status: 200, body: { currencies: all } }));
    },
    getExchangeRates: async ({ query }) => {
      const { day, rates } = await getExchangeRates(dependencies, { base: query.base, day: query.date });
      return reply('getExchangeRates', {
        status: 200,
        body: { base: query.base, date: day, rates: rates.map(rateBody) },
      });
    },
    listRateHistory: async ({ path, query }) => {
      const { items, nextCursor } = await listRateHistory(dependencies, {
        from: path.base,
        to: path.quote,
        since: query.since,
        until: query.until,
        limit: query.limit,
        cursor: query.cursor,
      });
      return reply('listRateHistory', { status: 200, body: { items: items.map(rateBody), nextCursor } });
    },
    getConversion: async ({ query }) => {
      const { from, to, rate } = await getConversion(dependencies, {
        amount: BigInt(query.amount),
        from: query.from,
        to: query.to,
        day: query.date,
      });
      return reply('getConversion', {
        status: 200,
        body: { from: moneyBody(from), to: moneyBody(to), rounding: 'half-even', rate: rateBody(rate) },
      });
    },
    getRateProviders: async () => {
      const providers = await getRateProviders(dependencies);
      return reply('getRateProviders', { status: 200, body: { providers: providers.map(providerBody) } });
    },
    requestRateFetch: async ({ body }, { tx, id }) => {
      const requestId = id('rate fetch');
      await requestRateFetch({ tx, enqueue, clock }, { requestId, day: body.date });
      return reply('requestRateFetch', {
        status: 202,
        headers: { Location: '/api/v1/exchange-rate-fetches' },
        body: { id: requestId, ...(body.date === undefined ? {} : { date: body.date }) },
      });
    },
    listRateFetches: async ({ query }) => {
      const { items, nextCursor } = await listRateFetches(dependencies, {
        outcome: query.outcome,
        limit: query.limit,
        cursor: query.cursor,
      });
      return reply('listRateFetches', { status: 200, body: { items: items.map(fetchBody), nextCursor } });
    },
    listQuarantinedRates: async ({ query }) => {
      const { items, nextCursor } = await listQuarantinedRates(dependencies, {
        released: query.released,
        limit: query.limit,
        cursor: query.cursor,
      });
      return reply('listQuarantinedRates', { status: 200, body: { items: items.map(quarantinedBody), nextCursor } });
    },
    releaseQuarantinedRate: async ({ path }, { tx, principal }) => {
      const released = await releaseQuarantinedRate({ tx, clock }, { id: path.rateId, by: principal.userId });
      return reply('releaseQuarantinedRate', { status: 200, body: quarantinedBody(released) });
    },
  } satisfies ContextHandlers<'exchange-rates'>;
}
