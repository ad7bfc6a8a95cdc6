import { statement } from '../../../database/transaction.ts';
import type { Transaction } from '../../../database/transaction.ts';
import type { ImportedProduct } from './product-import.ts';

export interface WrittenProduct extends ImportedProduct {
  readonly id: string;
}

const productsStatement = statement<{ id: string }>(
  'catalog.import_products',
  `insert into catalog.products as p (id, slug, product_type_id, translations, attributes, options, images, tax_class,
     published_from, published_until, created_at, updated_at)
   select *, $11, $11 from unnest($1::uuid[], $2::text[], $3::uuid[], $4::jsonb[], $5::jsonb[], $6::jsonb[], $7::jsonb[],
     $8::text[], $9::timestamptz[], $10::timestamptz[])
   on conflict (id) do update set translations = excluded.translations, attributes = excluded.attributes,
     options = excluded.options, images = excluded.images, tax_class = excluded.tax_class,
     published_from = excluded.published_from, published_until = excluded.published_until
   where (p.translations, p.attributes, p.options, p.images, p.tax_class, p.published_from, p.published_until)
     is distinct from (excluded.translations, excluded.attributes, excluded.options, excluded.images, excluded.tax_class,
       excluded.published_from, excluded.published_until)
   returning p.id`,
);

/** @returns the ids of those that are new or other than before; their versions are not counted yet */
export async function writeProducts(
  tx: Transaction,
  products: readonly WrittenProduct[],
  now: Date,
): Promise<readonly string[]> {
  const json = (part: (product: WrittenProduct) => unknown): string[] =>
    products.map((product) => JSON.stringify(part(product)));
  const rows = await tx.query(productsStatement, [
    products.map(({ id }) => id),
    products.map(({ slug }) => slug),
    products.map(({ productTypeId }) => productTypeId),
    json(({ translations }) => translations),
    json(({ attributes }) => attributes),
    json(({ options }) => options),
    json(({ images }) => images),
    products.map(({ taxClass }) => taxClass),
    products.map(({ publishedFrom }) => publishedFrom),
    products.map(({ publishedUntil }) => publishedUntil),
    now,
  ]);
  return rows.map(({ id }) => id);
}

const placesStatement = statement<{ id: string }>(
  'catalog.import_product_categories',
  `with given as (select * from unnest($1::uuid[], $2::uuid[]) g (product_id, category_id)),
   gone as (
     delete from catalog.product_categories c where product_id = any ($3)
       and not exists (select from given g where (g.product_id, g.category_id) = (c.product_id, c.category_id))
     returning product_id),
   added as (
     insert into catalog.product_categories (product_id, category_id)
     select distinct product_id, category_id from given order by 1, 2 on conflict do nothing returning product_id)
   select product_id as id from gone union select product_id from added`,
);

/** @returns the ids of products that stand elsewhere than before */
export async function writePlaces(tx: Transaction, products: readonly WrittenProduct[]): Promise<readonly string[]> {
  const places = products.flatMap(({ id, categoryIds }) => categoryIds.map((categoryId) => ({ id, categoryId })));
  const rows = await tx.query(placesStatement, [
    places.map(({ id }) => id),
    places.map(({ categoryId }) => categoryId),
    products.map(({ id }) => id),
  ]);
  return rows.map(({ id }) => id);
}

export interface WrittenVariant {
  readonly id: string;
  readonly productId: string;
  readonly content: ImportedProduct['variants'][number];
}

const variantsStatement = statement<{ id: string }>(
  'catalog.import_variants',
  `insert into catalog.variants as v (id, product_id, sku, options, image_url, low_stock_at, created_at, updated_at)
   select *, $7, $7 from unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $5::text[], $6::int[])
   on conflict (id) do update set options = excluded.options, image_url = excluded.image_url,
     low_stock_at = excluded.low_stock_at
   where (v.options, v.image_url, v.low_stock_at) is distinct from (excluded.options, excluded.image_url, excluded.low_stock_at)
   returning v.id`,
);

/** @returns the ids of those that are new or other than before; their versions are not counted yet */
export async function writeVariants(
  tx: Transaction,
  variants: readonly WrittenVariant[],
  now: Date,
): Promise<readonly string[]> {
  const rows = await tx.query(variantsStatement, [
    variants.map(({ id }) => id),
    variants.map(({ productId }) => productId),
    variants.map(({ content }) => content.sku),
    variants.map(({ content }) => JSON.stringify(content.options)),
    variants.map(({ content }) => content.imageUrl),
    variants.map(({ content }) => content.lowStockAt),
    now,
  ]);
  return rows.map(({ id }) => id);
}

const given = `unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::bigint[])
     as g (variant_id, currency, channel, valid_from, valid_until, amount)`;
const same = `(g.variant_id, g.currency::bpchar, g.channel, tstzrange(g.valid_from, g.valid_until), g.amount)
     = (p.variant_id, p.currency, p.channel, p.valid, p.amount_minor)`;
const dropPricesStatement = statement<{ id: string }>(
  'catalog.drop_imported_prices',
  `delete from catalog.prices p where p.variant_id = any ($1) and not exists (select from ${given} where ${same})
   returning p.variant_id as id`,
);
// In the order of the variants: neighbours in the index are written together.
const addPricesStatement = statement<{ id: string }>(
  'catalog.add_imported_prices',
  `insert into catalog.prices (variant_id, currency, channel, valid, amount_minor)
   select g.variant_id, g.currency, g.channel, tstzrange(g.valid_from, g.valid_until), g.amount from ${given}
   where g.variant_id = any ($1) and not exists (select from catalog.prices p where ${same})
   order by g.variant_id returning variant_id as id`,
);

/** Gives variants these prices and no others. @returns the ids of variants whose prices are other than before */
export async function writePrices(tx: Transaction, variants: readonly WrittenVariant[]): Promise<readonly string[]> {
  const prices = variants.flatMap(({ id, content }) => content.prices.map((price) => ({ id, ...price })));
  const values = [
    variants.map(({ id }) => id),
    prices.map(({ id }) => id),
    prices.map(({ price }) => price.currency),
    prices.map(({ channel }) => channel),
    prices.map(({ validFrom }) => validFrom),
    prices.map(({ validUntil }) => validUntil),
    prices.map(({ price }) => String(price.amount)),
  ];
  // Two statements: the second sees what the first has made room for.
  const dropped = await tx.query(dropPricesStatement, values);
  const added = await tx.query(addPricesStatement, values);
  return [...new Set([...dropped, ...added].map(({ id }) => id))];
}

const countVariantsStatement = statement(
  'catalog.count_imported_variants',
  'update catalog.variants set version = version + 1, updated_at = $2 where id = any ($1)',
);
const countProductsStatement = statement(
  'catalog.count_imported_products',
  'update catalog.products set version = version + 1, updated_at = $2 where id = any ($1)',
);

/** Counts one change of each of these, which were there before. */
export async function countChanges(
  tx: Transaction,
  { products, variants }: { readonly products: readonly string[]; readonly variants: readonly string[] },
  now: Date,
): Promise<void> {
  if (variants.length > 0) await tx.query(countVariantsStatement, [variants, now]);
  if (products.length > 0) await tx.query(countProductsStatement, [products, now]);
}
