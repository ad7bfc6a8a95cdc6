import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { insertProductType } from './product-type-store.ts';
import type { ProductType } from './product-type.ts';
import { requireConsistentDefinitions } from './require-consistent-definitions.ts';

/** @throws Problem 409 `product-type-invalid`, `product-type-code-taken` */
export async function createProductType(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  productType: Pick<ProductType, 'id' | 'code' | 'name' | 'attributes'>,
): Promise<ProductType> {
  requireConsistentDefinitions(productType.attributes);
  return insertProductType(tx, productType, clock.now());
}
