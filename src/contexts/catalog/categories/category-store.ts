import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { CursorPosition } from '../../../shared/cursor.ts';
import type { Category } from './category.ts';

const columns = `c.id, c.slug, c.parent_id as "parentId", c.names, c.position, c.version, c.created_at as "createdAt"`;

const lockTreeStatement = statement(
  'catalog.lock_category_tree',
  `select pg_advisory_xact_lock(hashtextextended('catalog.category_tree', 0))`,
);

/**
 * Makes whoever wants to change the shape of the tree wait until this transaction ends. To be taken before any row: two moves
 * that are each right by themselves could make a circle together.
 */
export async function lockCategoryTree(tx: Transaction): Promise<void> {
  await tx.query(lockTreeStatement);
}

const findStatement = statement<Category>(
  'catalog.find_category',
  `select ${columns} from catalog.categories c where c.id = $1`,
);

export async function findCategory(queryable: Queryable, id: string): Promise<Category | undefined> {
  return (await queryable.query(findStatement, [id]))[0];
}

const lockStatement = statement<Category>(
  'catalog.lock_category',
  `select ${columns} from catalog.categories c where c.id = $1 for update`,
);

/** Reads a category and holds it until the transaction ends: nobody puts anything into it meanwhile. */
export async function lockCategory(tx: Transaction, id: string): Promise<Category | undefined> {
  return (await tx.query(lockStatement, [id]))[0];
}

const insertStatement = statement<Category>(
  'catalog.insert_category',
  `insert into catalog.categories as c (id, slug, parent_id, names, position, created_at)
   values ($1, $2, $3, $4, $5, $6) returning ${columns}`,
);

/** @throws the violation of `categories_slug` when the slug is taken */
export async function insertCategory(tx: Transaction, category: Omit<Category, 'version'>): Promise<Category> {
  const { id, slug, parentId, names, position, createdAt } = category;
  const values = [id, slug, parentId, JSON.stringify(names), position, createdAt];
  const [row] = await tx.query(insertStatement, values);
  if (row === undefined) throw new Error('An insert gave no row.');
  return row;
}

const changeStatement = statement<Category>(
  'catalog.change_category',
  `update catalog.categories c set slug = $2, parent_id = $3, names = $4, position = $5, version = version + 1
   where c.id = $1 returning ${columns}`,
);

/** Writes a category whose lock the caller holds, and counts the change. */
export async function changeCategory(
  tx: Transaction,
  { id, slug, parentId, names, position }: Omit<Category, 'version' | 'createdAt'>,
): Promise<Category> {
  const [row] = await tx.query(changeStatement, [id, slug, parentId, JSON.stringify(names), position]);
  if (row === undefined) throw new Error('A locked category is gone.');
  return row;
}

const deleteStatement = statement('catalog.delete_category', 'delete from catalog.categories where id = $1');

export async function deleteCategoryRow(tx: Transaction, id: string): Promise<void> {
  await tx.query(deleteStatement, [id]);
}

const listStatement = statement<Category & { readonly sortKey: string }>(
  'catalog.list_categories',
  `select ${columns}, c.created_at::text as "sortKey" from catalog.categories c
   where $1::timestamptz is null or (c.created_at, c.id) > ($1, $2::uuid) order by c.created_at, c.id limit $3`,
);

/** The oldest first, strictly after `after`. */
export function listCategoryRows(
  queryable: Queryable,
  { after, limit }: { readonly after: CursorPosition | undefined; readonly limit: number },
): Promise<(Category & { readonly sortKey: string })[]> {
  return queryable.query(listStatement, [after?.key ?? null, after?.id ?? null, limit]);
}

const ancestorsStatement = statement<{ id: string }>(
  'catalog.list_category_ancestors',
  `with recursive up as (
     select c.id, c.parent_id, 1 as level from catalog.categories c where c.id = $1
     union all
     select c.id, c.parent_id, up.level + 1 from catalog.categories c join up on up.parent_id = c.id where up.level < 100)
   select id from up order by level`,
);

/** The category itself, what it stands below, and so on to the top. Empty when there is none. */
export async function listAncestors(tx: Transaction, id: string): Promise<readonly string[]> {
  return (await tx.query(ancestorsStatement, [id])).map((row) => row.id);
}

const heightStatement = statement<{ height: number }>(
  'catalog.find_category_height',
  `with recursive down as (
     select c.id, 1 as level from catalog.categories c where c.id = $1
     union all
     select c.id, down.level + 1 from catalog.categories c join down on c.parent_id = down.id where down.level < 100)
   select max(level) as height from down`,
);

/** Levels from the category down to the deepest one below it; 1 when it has none. */
export async function findHeight(tx: Transaction, id: string): Promise<number> {
  return (await tx.query(heightStatement, [id]))[0]?.height ?? 1;
}

const inUseStatement = statement<{ used: boolean }>(
  'catalog.is_category_in_use',
  `select exists (select from catalog.categories where parent_id = $1)
     or exists (select from catalog.product_categories where category_id = $1) as used`,
);

/** Whether anything stands in or below it. Certain only while its lock is held. */
export async function isCategoryInUse(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.query(inUseStatement, [id]))[0]?.used === true;
}
