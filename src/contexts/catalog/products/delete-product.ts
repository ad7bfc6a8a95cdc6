import type { Transaction } from '../../../database/transaction.ts';
import { requireSeen } from '../versioned.ts';
import { deleteProductRow, lockProduct } from './product-store.ts';

/** Removes a product with its variants and prices. @throws Problem 404, 412, 428; 409 `product-in-use` */
export async function deleteProduct(
  tx: Transaction,
  { productId, ifMatch }: { readonly productId: string; readonly ifMatch: string | undefined },
): Promise<void> {
  requireSeen(await lockProduct(tx, productId), ifMatch);
  await deleteProductRow(tx, productId);
}
