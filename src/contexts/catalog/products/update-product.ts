import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { indexProducts } from '../search/search-store.ts';
import { requireSeen } from '../versioned.ts';
import { requireOptionsForAll } from './options.ts';
import type { Product, ProductContent } from './product.ts';
import { changeProduct, findProduct, lockProduct, placeProduct } from './product-store.ts';
import { requireConsistentProduct } from './require-consistent-product.ts';
import { listVariants } from './variant-store.ts';

/** What to change; undefined leaves it as it is, lists are replaced as a whole. */
export type ProductChange = { readonly [Field in keyof ProductContent]: ProductContent[Field] | undefined };

/**
 * Changes a product.
 *
 * @throws Problem 404, 412, 428; 409 `product-invalid`, `attributes-invalid`, `options-in-use`, `product-slug-taken`,
 *   `category-unknown`
 */
export async function updateProduct(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { productId, ifMatch, change }: { productId: string; ifMatch: string | undefined; change: ProductChange },
): Promise<{ readonly before: Product; readonly after: Product }> {
  const before = requireSeen(await lockProduct(tx, productId), ifMatch);
  const wanted = { ...before, ...given(change) };
  if (isDeepStrictEqual(inOrder(wanted), inOrder(before))) return { before, after: before };
  await requireConsistentProduct(tx, wanted);
  requireOptionsForAll(wanted.options, await listVariants(tx, productId));
  await changeProduct(tx, wanted, clock.now());
  await placeProduct(tx, productId, wanted.categoryIds);
  await indexProducts(tx, [productId]);
  const after = await findProduct(tx, productId);
  if (after === undefined) throw new Error('A locked product is gone.');
  return { before, after };
}

/** Only what is to be changed. */
function given(change: ProductChange): Partial<ProductContent> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

/** Categories have no order. */
function inOrder(product: Product): Product {
  return { ...product, categoryIds: product.categoryIds.toSorted() };
}
