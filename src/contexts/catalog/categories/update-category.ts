import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../../../database/transaction.ts';
import { requireSeen } from '../versioned.ts';
import type { Category, LocalName } from './category.ts';
import { changeCategory, findHeight, lockCategory, lockCategoryTree } from './category-store.ts';
import { requirePlace } from './require-place.ts';

export interface UpdateCategory {
  readonly categoryId: string;
  readonly ifMatch: string | undefined;
  readonly slug: string | undefined;
  /** Undefined leaves it where it is, null makes it a top category. */
  readonly parentId: string | null | undefined;
  readonly names: readonly LocalName[] | undefined;
  readonly position: number | undefined;
}

/**
 * Changes a category, or moves it with everything below it.
 *
 * @throws Problem 404, 412, 428; 409 `category-parent-unknown`, `category-cycle`, `category-too-deep`, `category-slug-taken`
 */
export async function updateCategory(
  tx: Transaction,
  { categoryId, ifMatch, ...change }: UpdateCategory,
): Promise<{ readonly before: Category; readonly after: Category }> {
  if (change.parentId !== undefined) await lockCategoryTree(tx);
  const before = requireSeen(await lockCategory(tx, categoryId), ifMatch);
  const wanted = {
    id: categoryId,
    slug: change.slug ?? before.slug,
    parentId: change.parentId === undefined ? before.parentId : change.parentId,
    names: change.names ?? before.names,
    position: change.position ?? before.position,
  };
  if (wanted.parentId !== before.parentId) {
    await requirePlace(tx, wanted.parentId, { moved: categoryId, height: await findHeight(tx, categoryId) });
  }
  const { version: _version, createdAt: _createdAt, ...present } = before;
  if (isDeepStrictEqual(wanted, present)) return { before, after: before };
  return { before, after: await changeCategory(tx, wanted) };
}
