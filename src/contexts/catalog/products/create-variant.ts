import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { indexProducts } from '../search/search-store.ts';
import { requireFittingOptions } from './options.ts';
import { lockProduct, touchProduct } from './product-store.ts';
import { requireValidPrices } from './require-valid-prices.ts';
import { MOST_VARIANTS } from './variant.ts';
import type { Variant } from './variant.ts';
import { findVariant, insertVariant, listVariants, replacePrices } from './variant-store.ts';

/**
 * Adds a variant to a product.
 *
 * @throws Problem 404; 409 `options-invalid`, `too-many-variants`, `price-invalid`, `currency-unknown`, `prices-overlap`,
 *   `sku-taken`, `variant-exists`
 */
export async function createVariant(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  variant: Omit<Variant, 'version' | 'createdAt' | 'updatedAt'>,
): Promise<Variant> {
  const product = await lockProduct(tx, variant.productId);
  if (product === undefined) throw notFound();
  requireFittingOptions(product.options, variant.options);
  requireValidPrices(variant.prices);
  if ((await listVariants(tx, product.id)).length >= MOST_VARIANTS) throw new Problem(problems['too-many-variants']);
  const now = clock.now();
  await insertVariant(tx, variant, now);
  await replacePrices(tx, variant.id, variant.prices);
  await touchProduct(tx, product.id, now);
  await indexProducts(tx, [product.id]);
  const created = await findVariant(tx, variant.id);
  if (created === undefined) throw new Error('A variant just created is gone.');
  return created;
}
