import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import type { Product } from './product.ts';
import { findProduct, insertProduct, placeProduct } from './product-store.ts';
import { requireConsistentProduct } from './require-consistent-product.ts';

/**
 * Adds a product without variants.
 *
 * @throws Problem 409 `product-invalid`, `product-type-unknown`, `attributes-invalid`, `product-slug-taken`, `category-unknown`
 */
export async function createProduct(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  product: Omit<Product, 'version' | 'createdAt' | 'updatedAt'>,
): Promise<Product> {
  await requireConsistentProduct(tx, product);
  await insertProduct(tx, product, clock.now());
  await placeProduct(tx, product.id, product.categoryIds);
  const created = await findProduct(tx, product.id);
  if (created === undefined) throw new Error('A product just created is gone.');
  return created;
}
