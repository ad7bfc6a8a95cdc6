import { statement } from '../../../database/transaction.ts';
import type { CatalogDependencies } from '../dependencies.ts';
import { findProduct } from '../products/product-store.ts';
import { listVariants } from '../products/variant-store.ts';
import type { ImportedProduct } from './product-import.ts';

const pageStatement = statement<{ id: string }>(
  'catalog.list_exported_products',
  'select id from catalog.products where $1::uuid is null or id > $1 order by id limit $2',
);

const PAGE_PRODUCTS = 100;

/** Every product with its variants, by id, read as the receiver takes it; each as it was when it was read. */
export async function* exportProducts({
  primary,
}: Pick<CatalogDependencies, 'primary'>): AsyncGenerator<ImportedProduct> {
  for (let after: string | null = null; ;) {
    const ids: readonly { readonly id: string }[] = await primary.query(pageStatement, [after, PAGE_PRODUCTS]);
    for (const { id } of ids) {
      const product = await findProduct(primary, id);
      if (product !== undefined) yield { ...product, variants: await listVariants(primary, id) };
    }
    const last = ids.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}
