import type { Queryable } from '../../../database/transaction.ts';
import { moneyBody } from '../../../shared/money.ts';
import { Problem } from '../../../shared/problem.ts';
import { convertMoney, rateText } from '../../../shared/rate.ts';
import type { ExchangeRate } from '../../exchange-rates/index.ts';
import { exchangeRateProblems } from '../../exchange-rates/index.ts';
import type { Offer, OrdersDependencies } from '../dependencies.ts';
import type { PriceConversion, SalesChannel } from '../stream/order.ts';

/** An article at its price in the currency that was asked for. */
export interface PricedOffer extends Offer {
  /** What the price was converted from; undefined when the catalog has one in this currency. */
  readonly conversion?: PriceConversion;
}

/** What prices are made of. */
export type Pricing = Pick<OrdersDependencies, 'catalog' | 'exchangeRates' | 'settings'>;

interface ReadPrices {
  readonly variantIds: readonly string[];
  readonly currency: string;
  readonly channel: SalesChannel;
  readonly locale: string;
}

/**
 * What these articles cost at this moment. One without a price in the currency is converted from its price in
 * `ORDER_BASE_CURRENCY`: each unit price is rounded once, halves to even, before it is multiplied. By a rate that is stale, or not
 * there, nothing is sold: such articles are left out, like those that are not for sale.
 */
export async function readPrices(
  { catalog, exchangeRates, settings }: Pricing,
  queryable: Queryable,
  { variantIds, currency, channel, locale }: ReadPrices,
): Promise<readonly PricedOffer[]> {
  const priced = await catalog.readOffers(queryable, { variantIds, currency, channel, locale });
  const { baseCurrency } = settings;
  if (baseCurrency === undefined || baseCurrency === currency || priced.length === variantIds.length) return priced;
  const known = new Set(priced.map(({ variantId }) => variantId));
  const left = variantIds.filter((variantId) => !known.has(variantId));
  const offers = await catalog.readOffers(queryable, { variantIds: left, currency: baseCurrency, channel, locale });
  if (offers.length === 0) return priced;
  const rate = await findRate(exchangeRates, queryable, { from: baseCurrency, to: currency });
  if (rate === undefined) return priced;
  return [...priced, ...offers.map((offer) => convert(offer, rate))];
}

function convert(offer: Offer, { from, to, rate, provider, asOf }: ExchangeRate): PricedOffer {
  const price = { amount: offer.price, currency: from };
  const conversion = { price: moneyBody(price), rate: rateText(rate), provider, asOf };
  return { ...offer, price: convertMoney(price, rate, to).amount, conversion };
}

/** Undefined where nothing may be sold by it. */
async function findRate(
  exchangeRates: OrdersDependencies['exchangeRates'],
  queryable: Queryable,
  pair: { readonly from: string; readonly to: string },
): Promise<ExchangeRate | undefined> {
  try {
    const rate = await exchangeRates.findExchangeRate(queryable, { ...pair, day: undefined });
    return rate.stale ? undefined : rate;
  } catch (error) {
    if (error instanceof Problem && error.code === exchangeRateProblems['rate-unavailable'].code) return undefined;
    throw error;
  }
}
