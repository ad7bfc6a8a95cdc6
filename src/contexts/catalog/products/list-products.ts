import { pageOf } from '../../../shared/cursor.ts';
import type { Page } from '../../../shared/cursor.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import type { CatalogDependencies } from '../dependencies.ts';
import type { Product, ProductSummary } from './product.ts';
import { findProduct, listProductRows } from './product-store.ts';
import type { ProductFilter } from './product-store.ts';
import { listVariants } from './variant-store.ts';
import type { Variant } from './variant.ts';

export interface ProductWithVariants {
  readonly product: Product;
  readonly variants: readonly Variant[];
}

/** Both as of one moment: the product's version covers its variants. @throws Problem 404 `not-found` */
export async function getProduct(
  { primary }: Pick<CatalogDependencies, 'primary'>,
  { productId }: { readonly productId: string },
): Promise<ProductWithVariants> {
  return primary.transaction(
    async (tx) => {
      const product = await findProduct(tx, productId);
      if (product === undefined) throw notFound();
      return { product, variants: await listVariants(tx, productId) };
    },
    { isolation: 'repeatable read', readOnly: true },
  );
}

export interface ListProducts extends ProductFilter {
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** The newest first. @throws Problem 400 `invalid-cursor` */
export async function listProducts(
  { primary, cursors, clock }: Pick<CatalogDependencies, 'primary' | 'cursors' | 'clock'>,
  { limit, cursor, ...filter }: ListProducts,
): Promise<Page<ProductSummary>> {
  const scope = { operation: 'listProducts', filters: { ...filter } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await listProductRows(primary, filter, { now: clock.now(), after, limit: limit + 1 });
  return pageOf(rows, limit, ({ sortKey, id }) => cursors.encode(scope, { key: sortKey, id }));
}
