import { pageOf } from '../../../shared/cursor.ts';
import type { Page } from '../../../shared/cursor.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import type { CatalogDependencies } from '../dependencies.ts';
import type { Category } from './category.ts';
import { findCategory, listCategoryRows } from './category-store.ts';

/** @throws Problem 404 `not-found` */
export async function getCategory(
  { primary }: Pick<CatalogDependencies, 'primary'>,
  { categoryId }: { readonly categoryId: string },
): Promise<Category> {
  const found = await findCategory(primary, categoryId);
  if (found === undefined) throw notFound();
  return found;
}

/** The oldest first, so that one who follows the pages misses none. @throws Problem 400 `invalid-cursor` */
export async function listCategories(
  { primary, cursors }: Pick<CatalogDependencies, 'primary' | 'cursors'>,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
): Promise<Page<Category>> {
  const scope = { operation: 'listCategories' };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await listCategoryRows(primary, { after, limit: limit + 1 });
  return pageOf(rows, limit, ({ sortKey, id }) => cursors.encode(scope, { key: sortKey, id }));
}
