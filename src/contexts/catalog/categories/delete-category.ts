import type { Transaction } from '../../../database/transaction.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { requireSeen } from '../versioned.ts';
import { deleteCategoryRow, isCategoryInUse, lockCategory, lockCategoryTree } from './category-store.ts';

/** @throws Problem 404, 412, 428; 409 `category-in-use` */
export async function deleteCategory(
  tx: Transaction,
  { categoryId, ifMatch }: { readonly categoryId: string; readonly ifMatch: string | undefined },
): Promise<void> {
  await lockCategoryTree(tx);
  requireSeen(await lockCategory(tx, categoryId), ifMatch);
  if (await isCategoryInUse(tx, categoryId)) {
    throw new Problem(problems['category-in-use'], { detail: 'Move what stands in it and below it elsewhere first.' });
  }
  await deleteCategoryRow(tx, categoryId);
}
