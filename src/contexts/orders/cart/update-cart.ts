import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../../../database/transaction.ts';
import { requireTag } from '../../../shared/etag.ts';
import { requireCurrency } from '../../../shared/money.ts';
import { cartTag } from '../bodies.ts';
import { requireDifferent } from '../placing/require-different.ts';
import type { Wanted } from '../pricing/quote-order.ts';
import type { Pricing } from '../pricing/read-prices.ts';
import { lockCart, writeCart } from './cart-store.ts';
import type { CartKey } from './cart-store.ts';
import { getCart } from './get-cart.ts';
import type { PricedCart } from './get-cart.ts';

export interface UpdateCart extends CartKey {
  readonly locale: string;
  readonly ifMatch: string | undefined;
  readonly lines: readonly Wanted[];
}

/** Replaces what is in a cart. @throws Problem 412, 428; 409 `currency-unknown`, `variant-twice`, `money-overflow` */
export async function updateCart(
  { tx, ...dependencies }: Pricing & { readonly tx: Transaction },
  { ifMatch, lines, locale, ...key }: UpdateCart,
): Promise<PricedCart> {
  const stored = await lockCart(tx, key);
  const cart = await getCart(dependencies, tx, { ...key, locale });
  requireTag(ifMatch, cartTag(cart));
  requireCurrency(key.currency, 'path currency');
  requireDifferent(lines);
  if (isDeepStrictEqual(stored.lines, lines)) return cart;
  await writeCart(tx, key, lines);
  return getCart(dependencies, tx, { ...key, locale });
}
