import { statement } from '../../../database/transaction.ts';
import type { Transaction } from '../../../database/transaction.ts';
import type { ImportedLine } from './product-import.ts';

/** A product that is there already. */
export interface KnownProduct {
  readonly id: string;
  readonly slug: string;
  readonly productTypeId: string;
}

/** A variant that is there already. */
export interface KnownVariant {
  readonly id: string;
  readonly productId: string;
  readonly sku: string;
  readonly options: Readonly<Record<string, string>>;
}

const lockStatement = statement<KnownProduct>(
  'catalog.lock_products_by_slug',
  `select id, slug, product_type_id as "productTypeId" from catalog.products where slug = any ($1) order by id for update`,
);

/** Those of these slugs that exist, held in the order of their ids until the transaction ends. */
export function lockKnownProducts(tx: Transaction, slugs: readonly string[]): Promise<KnownProduct[]> {
  return tx.query(lockStatement, [slugs]);
}

const variantsStatement = statement<KnownVariant>(
  'catalog.list_known_variants',
  `select id, product_id as "productId", sku, options from catalog.variants where product_id = any ($1)
   union select id, product_id, sku, options from catalog.variants where sku = any ($2)`,
);

/** All variants of these products, and whatever else has one of these article numbers. */
export function listKnownVariants(
  tx: Transaction,
  productIds: readonly string[],
  skus: readonly string[],
): Promise<KnownVariant[]> {
  return tx.query(variantsStatement, [productIds, skus]);
}

const categoriesStatement = statement<{ id: string }>(
  'catalog.list_known_categories',
  'select id from catalog.categories where id = any ($1) order by id for key share',
);

/** Those that exist, held so that they stay. */
export async function listKnownCategories(tx: Transaction, ids: readonly string[]): Promise<ReadonlySet<string>> {
  return new Set((await tx.query(categoriesStatement, [ids])).map(({ id }) => id));
}

const faultsStatement = statement<{ place: number; isKnown: boolean; key: string | null; fault: string | null }>(
  'catalog.find_imported_attribute_faults',
  `select given.place::int as place, t.id is not null as "isKnown", f.key, f.fault
   from unnest($1::uuid[], $2::jsonb[]) with ordinality given (type_id, attributes, place)
   left join catalog.product_types t on t.id = given.type_id
   left join lateral catalog.attribute_faults(given.attributes, t.attributes) f on t.id is not null
   where t.id is null or f.fault is not null`,
);

/** What is wrong with the attributes of each line by its type; `null` stands for a type that does not exist. */
export async function listAttributeFaults(
  tx: Transaction,
  lines: readonly ImportedLine[],
): Promise<ReadonlyMap<number, readonly string[] | null>> {
  const rows = await tx.query(faultsStatement, [
    lines.map(({ product }) => product.productTypeId),
    lines.map(({ product }) => JSON.stringify(product.attributes)),
  ]);
  const byPlace = Map.groupBy(rows, ({ place }) => place);
  return new Map(
    [...byPlace].flatMap(([place, faults]) => {
      const line = lines[place - 1]?.line;
      const words = faults.every(({ isKnown }) => isKnown) ? faults.map(({ key, fault }) => `${key} ${fault}`) : null;
      return line === undefined ? [] : [[line, words]];
    }),
  );
}
