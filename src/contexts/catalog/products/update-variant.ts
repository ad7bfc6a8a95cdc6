import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { indexProducts } from '../search/search-store.ts';
import { requireSeen } from '../versioned.ts';
import { requireFittingOptions } from './options.ts';
import type { Product } from './product.ts';
import { lockProduct, touchProduct } from './product-store.ts';
import { requireValidPrices } from './require-valid-prices.ts';
import type { Variant, VariantContent } from './variant.ts';
import { changeVariant, deleteVariantRow, findVariant, replacePrices } from './variant-store.ts';

/** What to change; undefined leaves it as it is, lists are replaced as a whole. */
export type VariantChange = { readonly [Field in keyof VariantContent]: VariantContent[Field] | undefined };

/**
 * Changes a variant. What was ordered before keeps the price it was ordered at.
 *
 * @throws Problem 404, 412, 428; 409 `options-invalid`, `price-invalid`, `currency-unknown`, `prices-overlap`, `sku-taken`,
 *   `variant-exists`
 */
export async function updateVariant(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { variantId, ifMatch, change }: { variantId: string; ifMatch: string | undefined; change: VariantChange },
): Promise<{ readonly before: Variant; readonly after: Variant }> {
  const { product, variant: before } = await lockVariant(tx, variantId, ifMatch);
  const wanted = {
    ...before,
    ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
  };
  requireFittingOptions(product.options, wanted.options);
  requireValidPrices(wanted.prices);
  if (isDeepStrictEqual({ ...wanted, prices: sorted(wanted) }, { ...before, prices: sorted(before) })) {
    return { before, after: before };
  }
  const now = clock.now();
  await changeVariant(tx, wanted, now);
  if (change.prices !== undefined) await replacePrices(tx, variantId, wanted.prices);
  await touchProduct(tx, product.id, now);
  await indexProducts(tx, [product.id]);
  const after = await findVariant(tx, variantId);
  if (after === undefined) throw new Error('A variant whose product is locked is gone.');
  return { before, after };
}

/** Removes a variant with its prices. @throws Problem 404, 412, 428; 409 `product-in-use` */
export async function deleteVariant(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { variantId, ifMatch }: { readonly variantId: string; readonly ifMatch: string | undefined },
): Promise<void> {
  const { product } = await lockVariant(tx, variantId, ifMatch);
  await deleteVariantRow(tx, variantId);
  await touchProduct(tx, product.id, clock.now());
  await indexProducts(tx, [product.id]);
}

/** The product's lock is its variants' lock; then the variant is read again, as the wait may have changed it. */
async function lockVariant(
  tx: Transaction,
  variantId: string,
  ifMatch: string | undefined,
): Promise<{ readonly product: Product; readonly variant: Variant }> {
  const seen = await findVariant(tx, variantId);
  const product = seen === undefined ? undefined : await lockProduct(tx, seen.productId);
  if (product === undefined) throw notFound();
  return { product, variant: requireSeen(await findVariant(tx, variantId), ifMatch) };
}

/** Prices have no order. */
function sorted({ prices }: VariantContent): readonly string[] {
  return prices
    .map(({ channel, price, validFrom, validUntil }) =>
      [channel, price.currency, validFrom?.toISOString(), validUntil?.toISOString(), price.amount].join(' '),
    )
    .toSorted();
}
