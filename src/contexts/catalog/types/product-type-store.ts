import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { CursorPosition } from '../../../shared/cursor.ts';
import type { Misfits, ProductType } from './product-type.ts';

const columns = `t.id, t.code, t.name, t.attributes, t.version, t.created_at as "createdAt", t.updated_at as "updatedAt"`;

const insertStatement = statement<ProductType>(
  'catalog.insert_product_type',
  `insert into catalog.product_types as t (id, code, name, attributes, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $5) returning ${columns}`,
);

/** @throws the violation of `product_types_code` when the code is taken */
export async function insertProductType(
  tx: Transaction,
  { id, code, name, attributes }: Pick<ProductType, 'id' | 'code' | 'name' | 'attributes'>,
  now: Date,
): Promise<ProductType> {
  const [row] = await tx.query(insertStatement, [id, code, name, JSON.stringify(attributes), now]);
  if (row === undefined) throw new Error('An insert gave no row.');
  return row;
}

const findStatement = statement<ProductType>(
  'catalog.find_product_type',
  `select ${columns} from catalog.product_types t where t.id = $1`,
);

export async function findProductType(queryable: Queryable, id: string): Promise<ProductType | undefined> {
  return (await queryable.query(findStatement, [id]))[0];
}

const lockStatement = statement<ProductType>(
  'catalog.lock_product_type',
  `select ${columns} from catalog.product_types t where t.id = $1 for no key update`,
);

/** Reads a type and holds it until the transaction ends. */
export async function lockProductType(tx: Transaction, id: string): Promise<ProductType | undefined> {
  return (await tx.query(lockStatement, [id]))[0];
}

const changeStatement = statement<ProductType>(
  'catalog.change_product_type',
  `update catalog.product_types t set name = $2, attributes = $3, version = version + 1, updated_at = $4
   where t.id = $1 returning ${columns}`,
);

/** Writes a type whose lock the caller holds, and counts the change. */
export async function changeProductType(
  tx: Transaction,
  { id, name, attributes }: Pick<ProductType, 'id' | 'name' | 'attributes'>,
  now: Date,
): Promise<ProductType> {
  const [row] = await tx.query(changeStatement, [id, name, JSON.stringify(attributes), now]);
  if (row === undefined) throw new Error('A locked product type is gone.');
  return row;
}

const listStatement = statement<ProductType & { readonly sortKey: string }>(
  'catalog.list_product_types',
  `select ${columns}, t.created_at::text as "sortKey" from catalog.product_types t
   where $1::timestamptz is null or (t.created_at, t.id) < ($1, $2::uuid)
   order by t.created_at desc, t.id desc limit $3`,
);

/** The newest first, strictly after `after`. */
export function listProductTypeRows(
  queryable: Queryable,
  { after, limit }: { readonly after: CursorPosition | undefined; readonly limit: number },
): Promise<(ProductType & { readonly sortKey: string })[]> {
  return queryable.query(listStatement, [after?.key ?? null, after?.id ?? null, limit]);
}

const misfitsStatement = statement<{ count: number; productIds: string[] }>(
  'catalog.count_misfits',
  `select count(*) as count, coalesce((array_agg(p.id order by p.id))[1:20], '{}') as "productIds"
   from catalog.products p join catalog.product_types t on t.id = p.product_type_id
   where p.product_type_id = $1 and exists (select from catalog.attribute_faults(p.attributes, t.attributes))`,
);

/** Looks at every product of the type: some 20 µs each. */
export async function countMisfits(tx: Transaction, productTypeId: string): Promise<Misfits> {
  const [row] = await tx.query(misfitsStatement, [productTypeId]);
  return row ?? { count: 0, productIds: [] };
}

const faultsStatement = statement<{ key: string | null; fault: string | null }>(
  'catalog.find_attribute_faults',
  `select f.key, f.fault from catalog.product_types t
   left join lateral catalog.attribute_faults($2, t.attributes) f on true where t.id = $1`,
);

export interface AttributeFault {
  readonly key: string;
  /** `is required`, `must be a number` … */
  readonly fault: string;
}

/** What is wrong with these attributes, by the type. @returns undefined when there is no such type */
export async function findAttributeFaults(
  queryable: Queryable,
  productTypeId: string,
  attributes: Readonly<Record<string, unknown>>,
): Promise<readonly AttributeFault[] | undefined> {
  const rows = await queryable.query(faultsStatement, [productTypeId, JSON.stringify(attributes)]);
  if (rows.length === 0) return undefined;
  return rows.flatMap(({ key, fault }) => (key === null || fault === null ? [] : [{ key, fault }]));
}
