import type { Transaction } from '../../../database/transaction.ts';
import { Problem } from '../../../shared/problem.ts';
import type { FieldError } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { findAttributeFaults } from '../types/product-type-store.ts';
import type { Product } from './product.ts';

/** The pointers lead to lists: attributes are a list on the wire, and this knows them by key. */
export type CheckedProduct = Pick<
  Product,
  'productTypeId' | 'translations' | 'attributes' | 'options' | 'publishedFrom' | 'publishedUntil'
>;

/** @throws Problem 409 `product-invalid`, `product-type-unknown`, `attributes-invalid`, each naming all that is wrong */
export async function requireConsistentProduct(tx: Transaction, product: CheckedProduct): Promise<void> {
  const contradictions = productContradictions(product);
  if (contradictions.length > 0) {
    throw new Problem(problems['product-invalid'], { detail: 'It contradicts itself.', errors: contradictions });
  }
  const faults = await findAttributeFaults(tx, product.productTypeId, product.attributes);
  if (faults === undefined) {
    throw new Problem(problems['product-type-unknown'], { detail: 'There is no product type with this id.' });
  }
  if (faults.length > 0) {
    throw new Problem(problems['attributes-invalid'], {
      detail: 'The attributes are not what the product type asks for.',
      errors: faults.map(({ key, fault }) => ({ pointer: '/attributes', detail: `${key} ${fault}` })),
    });
  }
}

/** What of a product cannot be true at once; empty for nothing. */
export function productContradictions(
  product: Pick<CheckedProduct, 'translations' | 'options' | 'publishedFrom' | 'publishedUntil'>,
): readonly FieldError[] {
  return [
    ...twice(product.translations, '/translations', ({ locale }) => locale),
    ...twice(product.options, '/options', ({ key }) => key),
    ...unpublishable(product),
  ];
}

function twice<Item>(items: readonly Item[], pointer: string, keyOf: (item: Item) => string): FieldError[] {
  const keys = items.map(keyOf);
  return keys.flatMap((key, index) =>
    keys.indexOf(key) < index ? [{ pointer: `${pointer}/${index}`, detail: `names ${key} again` }] : [],
  );
}

function unpublishable({
  publishedFrom,
  publishedUntil,
}: Pick<CheckedProduct, 'publishedFrom' | 'publishedUntil'>): FieldError[] {
  if (publishedUntil === null || (publishedFrom !== null && publishedFrom < publishedUntil)) return [];
  return [{ pointer: '/publishedUntil', detail: 'must lie after publishedFrom' }];
}
