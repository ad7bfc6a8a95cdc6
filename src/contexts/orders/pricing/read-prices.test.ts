import { expect, test } from '@jest/globals';
import { newId } from '../../../shared/id.ts';
import { Problem } from '../../../shared/problem.ts';
import { readRate } from '../../../shared/rate.ts';
import { exchangeRateProblems } from '../../exchange-rates/index.ts';
import type { ExchangeRate } from '../../exchange-rates/index.ts';
import type { Offer, OrdersDependencies } from '../dependencies.ts';
import { readPrices } from './read-prices.ts';
import type { PricedOffer } from './read-prices.ts';

const article: Omit<Offer, 'variantId' | 'price'> = {
  ...{ sku: 'A', name: 'Article', options: {}, imageUrl: null, taxClass: 'standard' },
};
const [inBoth, inEuroOnly] = [newId(), newId()];
const prices: Readonly<Record<string, Readonly<Record<string, bigint>>>> = {
  EUR: { [inBoth]: 1_000n, [inEuroOnly]: 4_905n },
  USD: { [inBoth]: 1_299n },
};
const catalog = {
  readOffers: async (_: unknown, { variantIds, currency }: { variantIds: readonly string[]; currency: string }) =>
    variantIds.flatMap((variantId): Offer[] => {
      const price = prices[currency]?.[variantId];
      return price === undefined ? [] : [{ ...article, variantId, price }];
    }),
} as unknown as OrdersDependencies['catalog'];

/** @param rate what is stored of EUR and the other currency; undefined: nothing is */
async function pricesIn(
  currency: string,
  { base = 'EUR', rate, stale = false }: { base?: string | null; rate?: string; stale?: boolean } = {},
): Promise<readonly PricedOffer[]> {
  const findExchangeRate = async (_: unknown, { from, to }: { from: string; to: string }): Promise<ExchangeRate> => {
    if (rate === undefined) throw new Problem(exchangeRateProblems['rate-unavailable'], { detail: 'none' });
    return { from, to, rate: readRate(rate) ?? 0n, base: 'EUR', provider: 'frankfurter', asOf: '2026-11-20', stale };
  };
  const settings = { baseCurrency: base ?? undefined } as OrdersDependencies['settings'];
  const wanted = { variantIds: [inBoth, inEuroOnly], channel: 'web', locale: 'en' } as const;
  return readPrices({ catalog, exchangeRates: { findExchangeRate }, settings }, {} as never, { ...wanted, currency });
}

test('an article without a price in the currency is converted, rounded once, and says from what', async () => {
  const [own, converted] = await pricesIn('USD', { rate: '1.1' });
  expect(own).toEqual({ ...article, variantId: inBoth, price: 1_299n });
  expect(converted).toEqual({
    ...article,
    variantId: inEuroOnly,
    // 5395.5, half to even
    price: 5_396n,
    conversion: {
      price: { amount: 4_905, currency: 'EUR' },
      ...{ rate: '1.1', provider: 'frankfurter', asOf: '2026-11-20' },
    },
  });
});

test('a currency without decimals is rounded to its own unit', async () => {
  const yen = await pricesIn('JPY', { rate: '160.5' });
  expect(yen.map(({ price }) => price)).toEqual([1_605n, 7_873n]);
});

test.each<[string, Parameters<typeof pricesIn>[1]]>([
  ['is stale', { rate: '1.1', stale: true }],
  ['is not there', {}],
])('nothing is sold by a rate that %s', async (_, how) => {
  expect((await pricesIn('USD', how)).map(({ variantId }) => variantId)).toEqual([inBoth]);
});

test('nothing is converted where no base currency is set', async () => {
  const found = await pricesIn('USD', { base: null, rate: '1.1' });
  expect(found.map(({ variantId }) => variantId)).toEqual([inBoth]);
});
