import { pageOf } from '../../../shared/cursor.ts';
import type { Page } from '../../../shared/cursor.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import type { CatalogDependencies } from '../dependencies.ts';
import { findProductType, listProductTypeRows } from './product-type-store.ts';
import type { ProductType } from './product-type.ts';

/** @throws Problem 404 `not-found` */
export async function getProductType(
  { primary }: Pick<CatalogDependencies, 'primary'>,
  { productTypeId }: { readonly productTypeId: string },
): Promise<ProductType> {
  const found = await findProductType(primary, productTypeId);
  if (found === undefined) throw notFound();
  return found;
}

/** The newest first. @throws Problem 400 `invalid-cursor` */
export async function listProductTypes(
  { primary, cursors }: Pick<CatalogDependencies, 'primary' | 'cursors'>,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
): Promise<Page<ProductType>> {
  const scope = { operation: 'listProductTypes' };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await listProductTypeRows(primary, { after, limit: limit + 1 });
  return pageOf(rows, limit, ({ sortKey, id }) => cursors.encode(scope, { key: sortKey, id }));
}
