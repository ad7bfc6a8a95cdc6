import type { Transaction } from '../../../database/transaction.ts';
import type { FieldError } from '../../../shared/problem.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import type { DiscountTerms, Order, OrderLine, SalesChannel } from '../stream/order.ts';
import { readPrices } from './read-prices.ts';
import type { PricedOffer, Pricing } from './read-prices.ts';
import { findShippingMethod } from './shipping-store.ts';
import { readTaxRates } from './tax-rate-store.ts';
import type { TaxClass } from './tax-rate-store.ts';
import { totalsOf } from './totals.ts';

/** What somebody wants so many of. */
export interface Wanted {
  readonly variantId: string;
  readonly quantity: number;
}

export interface QuoteOrder {
  /** Of different variants; at least one. */
  readonly wanted: readonly Wanted[];
  readonly currency: string;
  readonly channel: SalesChannel;
  readonly locale: string;
  /** Where it goes: ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly shippingMethod: string;
  readonly terms: DiscountTerms | null;
  /** What the order has already: kept as it was bought, whatever has become of the article since. */
  readonly kept?: Pick<Order, 'lines' | 'shipping'> | undefined;
  /** Makes the id of a new line. */
  readonly lineId: (variantId: string) => string;
}

/** Lines that were there before keep their price, name and tax; new ones are bought as offered at this moment. */
export type Quote = Pick<Order, 'lines' | 'shipping' | 'totals'>;

/** @throws Problem 409 `article-unavailable`, `shipping-unavailable`, `money-overflow` */
export async function quoteOrder(
  dependencies: Pricing,
  tx: Transaction,
  { wanted, currency, channel, locale, country, shippingMethod, terms, kept, lineId }: QuoteOrder,
): Promise<Quote> {
  const present = new Map(kept?.lines.map((line) => [line.variantId, line]));
  const fresh = wanted.flatMap(({ variantId }) => (present.has(variantId) ? [] : [variantId]));
  const offers = await readPrices(dependencies, tx, { variantIds: fresh, currency, channel, locale });
  const byVariant = new Map(offers.map((offer) => [offer.variantId, offer]));
  requireOffered(wanted, (variantId) => present.has(variantId) || byVariant.has(variantId));
  const rateOf = await readTaxRates(tx, country);
  const shipping =
    kept?.shipping.method === shippingMethod
      ? kept.shipping
      : await chooseShipping(tx, { shippingMethod, currency, rateOf });
  const items = wanted.flatMap(({ variantId, quantity }) => {
    const line = present.get(variantId) ?? lineOf(byVariant.get(variantId), lineId(variantId), rateOf);
    return line === undefined ? [] : [{ ...line, quantity }];
  });
  const totals = totalsOf(
    items.map(({ unitPrice, ...item }) => ({ ...item, unitPrice: BigInt(unitPrice) })),
    { price: BigInt(shipping.price), taxBasisPoints: shipping.taxBasisPoints },
    terms,
  );
  return {
    lines: items.map((item, index): OrderLine => ({ ...item, ...plain(totals.lines[index] ?? {}) })),
    shipping: { ...shipping, tax: Number(totals.shippingTax) },
    totals: {
      ...{ subtotal: Number(totals.subtotal), discount: Number(totals.discount), shipping: Number(totals.shipping) },
      ...{ tax: Number(totals.tax), total: Number(totals.total) },
    },
  };
}

/** Amounts that are within the range of a number, as numbers. */
function plain(amounts: object): Pick<OrderLine, 'subtotal' | 'discount' | 'tax' | 'total'> {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, Number(amount)])) as never;
}

function requireOffered(wanted: readonly Wanted[], isOffered: (variantId: string) => boolean): void {
  const errors = wanted.flatMap(({ variantId }, index): FieldError[] =>
    isOffered(variantId)
      ? []
      : [{ pointer: `/lines/${index}/variantId`, detail: `${variantId} is not for sale here and now` }],
  );
  if (errors.length === 0) return;
  throw new Problem(problems['article-unavailable'], {
    detail: `${errors.length} of ${wanted.length} articles are not for sale in this currency and channel.`,
    errors,
  });
}

function lineOf(
  offer: PricedOffer | undefined,
  id: string,
  rateOf: (taxClass: TaxClass) => number,
): Omit<OrderLine, 'quantity' | 'subtotal' | 'discount' | 'tax' | 'total'> | undefined {
  if (offer === undefined) return undefined;
  const { variantId, sku, name, options, imageUrl, taxClass, price, conversion } = offer;
  return {
    id,
    variantId,
    sku,
    name,
    options,
    imageUrl,
    unitPrice: Number(price),
    ...(conversion === undefined ? {} : { conversion }),
    taxClass,
    taxBasisPoints: rateOf(taxClass),
  };
}

async function chooseShipping(
  tx: Transaction,
  {
    shippingMethod,
    currency,
    rateOf,
  }: { shippingMethod: string; currency: string; rateOf: (taxClass: TaxClass) => number },
): Promise<Order['shipping']> {
  const method = await findShippingMethod(tx, shippingMethod);
  const price = method?.prices.find((candidate) => candidate.currency === currency);
  if (method?.active !== true || price === undefined) {
    throw new Problem(problems['shipping-unavailable'], {
      detail: `${shippingMethod} is not offered in ${currency}.`,
      errors: [{ pointer: '/shippingMethod', detail: `is not offered in ${currency}` }],
    });
  }
  const { code, name, taxClass } = method;
  return { method: code, name, price: price.amount, taxClass, taxBasisPoints: rateOf(taxClass), tax: 0 };
}
