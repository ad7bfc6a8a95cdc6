import type { Transaction } from '../../../database/transaction.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { findVariant } from '../products/variant-store.ts';
import { findStockLocation } from './stock-store.ts';

/** @throws Problem 409 `variant-unknown` */
export async function requireVariant(tx: Transaction, variantId: string): Promise<void> {
  if ((await findVariant(tx, variantId)) !== undefined) return;
  throw new Problem(problems['variant-unknown'], { errors: [{ pointer: '/variantId', detail: 'is no variant' }] });
}

/** @throws Problem 409 `location-unknown` */
export async function requireLocation(tx: Transaction, locationId: string, pointer: string): Promise<void> {
  if ((await findStockLocation(tx, locationId)) !== undefined) return;
  throw new Problem(problems['location-unknown'], { errors: [{ pointer, detail: 'is no location' }] });
}
