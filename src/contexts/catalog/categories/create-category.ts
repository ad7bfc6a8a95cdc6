import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import type { Category } from './category.ts';
import { insertCategory, lockCategoryTree } from './category-store.ts';
import { requirePlace } from './require-place.ts';

/** @throws Problem 409 `category-parent-unknown`, `category-too-deep`, `category-slug-taken` */
export async function createCategory(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  category: Omit<Category, 'version' | 'createdAt'>,
): Promise<Category> {
  await lockCategoryTree(tx);
  await requirePlace(tx, category.parentId, { height: 1 });
  return insertCategory(tx, { ...category, createdAt: clock.now() });
}
