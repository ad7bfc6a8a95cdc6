import type { Transaction } from '../../../database/transaction.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { DEEPEST } from './category.ts';
import { listAncestors } from './category-store.ts';

/**
 * Whether a category of this height may stand below that parent. Certain only while the tree is locked.
 *
 * @param moved the category, when it exists already: it cannot go below itself
 * @throws Problem 409 `category-parent-unknown`, `category-cycle`, `category-too-deep`
 */
export async function requirePlace(
  tx: Transaction,
  parentId: string | null,
  { moved, height }: { readonly moved?: string; readonly height: number },
): Promise<void> {
  if (parentId === null) return;
  const ancestors = await listAncestors(tx, parentId);
  const refuse = (code: 'category-parent-unknown' | 'category-cycle' | 'category-too-deep', detail: string): Problem =>
    new Problem(problems[code], { detail, errors: [{ pointer: '/parentId', detail }] });
  if (ancestors.length === 0) throw refuse('category-parent-unknown', 'There is no category with this id.');
  if (moved !== undefined && ancestors.includes(moved)) {
    throw refuse('category-cycle', 'This category stands below the one that is to be moved.');
  }
  if (ancestors.length + height > DEEPEST) throw refuse('category-too-deep', `The tree has ${DEEPEST} levels at most.`);
}
