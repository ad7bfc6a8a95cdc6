import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { CursorPosition } from '../../../shared/cursor.ts';
import type { Product, ProductState, ProductSummary } from './product.ts';

const columns = `p.id, p.slug, p.product_type_id as "productTypeId", p.translations, p.attributes, p.options, p.images,
  p.tax_class as "taxClass", p.published_from as "publishedFrom", p.published_until as "publishedUntil", p.version,
  p.created_at as "createdAt", p.updated_at as "updatedAt",
  array(select c.category_id from catalog.product_categories c where c.product_id = p.id order by 1) as "categoryIds"`;

const findStatement = statement<Product>(
  'catalog.find_product',
  `select ${columns} from catalog.products p where p.id = $1`,
);

export async function findProduct(queryable: Queryable, id: string): Promise<Product | undefined> {
  return (await queryable.query(findStatement, [id]))[0];
}

const lockStatement = statement('catalog.lock_product', 'select from catalog.products where id = $1 for update');

/**
 * Reads a product and holds it, and with it its variants, until the transaction ends. A statement of its own, which sees what
 * the wait brought.
 */
export async function lockProduct(tx: Transaction, id: string): Promise<Product | undefined> {
  await tx.query(lockStatement, [id]);
  return findProduct(tx, id);
}

const insertStatement = statement(
  'catalog.insert_product',
  `insert into catalog.products (id, slug, product_type_id, translations, attributes, options, images, tax_class,
     published_from, published_until, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)`,
);

/** Without its categories. @throws the violation of `products_slug` when the slug is taken */
export async function insertProduct(
  tx: Transaction,
  product: Omit<Product, 'version' | 'createdAt' | 'updatedAt'>,
  now: Date,
): Promise<void> {
  const { id, slug, productTypeId, taxClass, publishedFrom, publishedUntil } = product;
  const times = [publishedFrom, publishedUntil, now];
  await tx.query(insertStatement, [id, slug, productTypeId, ...documents(product), taxClass, ...times]);
}

/** What is kept as JSON, in the order of the columns. */
function documents({
  translations,
  attributes,
  options,
  images,
}: Pick<Product, 'translations' | 'attributes' | 'options' | 'images'>): string[] {
  return [translations, attributes, options, images].map((part) => JSON.stringify(part));
}

const changeStatement = statement(
  'catalog.change_product',
  `update catalog.products set slug = $2, translations = $3, attributes = $4, options = $5, images = $6, tax_class = $7,
     published_from = $8, published_until = $9, version = version + 1, updated_at = $10 where id = $1`,
);

/** Writes a product whose lock the caller holds, without its categories, and counts the change. */
export async function changeProduct(
  tx: Transaction,
  product: Omit<Product, 'productTypeId' | 'version' | 'createdAt' | 'updatedAt'>,
  now: Date,
): Promise<void> {
  const { id, slug, taxClass, publishedFrom, publishedUntil } = product;
  await tx.query(changeStatement, [id, slug, ...documents(product), taxClass, publishedFrom, publishedUntil, now]);
}

const touchStatement = statement(
  'catalog.touch_product',
  'update catalog.products set version = version + 1, updated_at = $2 where id = $1',
);

/** Counts a change of one of its variants. */
export async function touchProduct(tx: Transaction, id: string, now: Date): Promise<void> {
  await tx.query(touchStatement, [id, now]);
}

const placeStatement = statement(
  'catalog.place_product',
  `with gone as (delete from catalog.product_categories where product_id = $1 and category_id <> all ($2::uuid[]))
   insert into catalog.product_categories (product_id, category_id)
   select $1, category_id from unnest($2::uuid[]) category_id order by 2 on conflict do nothing`,
);

/** @throws the violation of `product_categories_category` when there is no such category */
export async function placeProduct(tx: Transaction, id: string, categoryIds: readonly string[]): Promise<void> {
  await tx.query(placeStatement, [id, categoryIds]);
}

const deleteStatement = statement('catalog.delete_product', 'delete from catalog.products where id = $1');

/** With its variants and prices. @throws the violation of `stock_levels_variant` when stock of it was ever kept */
export async function deleteProductRow(tx: Transaction, id: string): Promise<void> {
  await tx.query(deleteStatement, [id]);
}

const listStatement = statement<ProductSummary & { readonly sortKey: string }>(
  'catalog.list_products',
  `select p.id, p.slug, p.product_type_id as "productTypeId", p.translations -> 0 ->> 'name' as name,
     p.published_from as "publishedFrom", p.published_until as "publishedUntil", p.created_at as "createdAt",
     p.updated_at as "updatedAt", p.created_at::text as "sortKey"
   from catalog.products p
   where ($1::uuid is null or p.product_type_id = $1)
     and case $2::text
       when 'draft' then p.published_from is null
       when 'scheduled' then p.published_from > $3
       when 'published' then p.published_from <= $3 and (p.published_until is null or p.published_until > $3)
       when 'ended' then p.published_until <= $3
       else true end
     and ($4::timestamptz is null or (p.created_at, p.id) < ($4, $5::uuid))
   order by p.created_at desc, p.id desc limit $6`,
);

export interface ProductFilter {
  readonly productTypeId: string | undefined;
  readonly state: ProductState | undefined;
}

/** The newest first, strictly after `after`. */
export function listProductRows(
  queryable: Queryable,
  { productTypeId, state }: ProductFilter,
  { now, after, limit }: { readonly now: Date; readonly after: CursorPosition | undefined; readonly limit: number },
): Promise<(ProductSummary & { readonly sortKey: string })[]> {
  return queryable.query(listStatement, [productTypeId, state, now, after?.key, after?.id, limit]);
}
