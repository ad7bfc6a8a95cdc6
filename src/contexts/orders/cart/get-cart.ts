import type { Queryable } from '../../../database/transaction.ts';
import type { Wanted } from '../pricing/quote-order.ts';
import { readPrices } from '../pricing/read-prices.ts';
import type { PricedOffer, Pricing } from '../pricing/read-prices.ts';
import { totalsOf } from '../pricing/totals.ts';
import { findCart } from './cart-store.ts';
import type { CartKey } from './cart-store.ts';

/** What somebody means to buy, and what it costs at this moment: nothing is promised before it is ordered. */
export interface PricedCart {
  readonly version: number;
  /** Of goods, before tax, shipping and discounts; articles that are not for sale cost nothing. */
  readonly subtotal: bigint;
  readonly lines: readonly PricedCartLine[];
}

export interface PricedCartLine extends Wanted {
  /** Undefined: not for sale in this currency and channel at this moment. */
  readonly offer: PricedOffer | undefined;
}

/** @throws Problem 409 `money-overflow` */
export async function getCart(
  dependencies: Pricing,
  queryable: Queryable,
  { locale, ...key }: CartKey & { readonly locale: string },
): Promise<PricedCart> {
  const { lines, version } = await findCart(queryable, key);
  const { currency, channel } = key;
  const variantIds = lines.map(({ variantId }) => variantId);
  const offers = await readPrices(dependencies, queryable, { variantIds, currency, channel, locale });
  const byVariant = new Map(offers.map((offer) => [offer.variantId, offer]));
  const priced = lines.map((line) => ({ ...line, offer: byVariant.get(line.variantId) }));
  const items = priced.map(({ quantity, offer }) => ({ quantity, unitPrice: offer?.price ?? 0n, taxBasisPoints: 0 }));
  const { subtotal } = totalsOf(items, { price: 0n, taxBasisPoints: 0 }, null);
  return { version, subtotal, lines: priced };
}
