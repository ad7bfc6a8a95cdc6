import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { ImportedLine, LineFault, ProductImport } from './product-import.ts';

const insertStatement = statement(
  'catalog.insert_product_import',
  'insert into catalog.product_imports (id, dry_run, lines, created_at) values ($1, $2, $3, $4)',
);

export async function insertImport(
  tx: Transaction,
  { id, dryRun, lines, createdAt }: Pick<ProductImport, 'id' | 'dryRun' | 'lines' | 'createdAt'>,
): Promise<void> {
  await tx.query(insertStatement, [id, dryRun, lines, createdAt]);
}

const insertChunkStatement = statement(
  'catalog.insert_product_import_chunk',
  'insert into catalog.product_import_chunks (import_id, n, items) values ($1, $2, $3)',
);

/** Stores lines that wait to be written. */
export async function insertChunk(
  tx: Transaction,
  { importId, n, items }: { readonly importId: string; readonly n: number; readonly items: readonly ImportedLine[] },
): Promise<void> {
  await tx.query(insertChunkStatement, [importId, n, JSON.stringify(items, withoutBigints)]);
}

/** Amounts as text: JSON's numbers end at 2^53. */
function withoutBigints(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

const takeStatement = statement<{ n: number; items: StoredLine[] }>(
  'catalog.take_product_import_chunk',
  `select n, items from catalog.product_import_chunks where import_id = $1 and done_at is null order by n limit 1 for update`,
);

type StoredVariant = Omit<ImportedLine['product']['variants'][number], 'prices'> & {
  readonly prices: readonly {
    readonly channel: string;
    readonly price: { readonly amount: string; readonly currency: string };
    readonly validFrom: string | null;
    readonly validUntil: string | null;
  }[];
};
interface StoredLine {
  readonly line: number;
  readonly product: Omit<ImportedLine['product'], 'variants' | 'publishedFrom' | 'publishedUntil'> & {
    readonly publishedFrom: string | null;
    readonly publishedUntil: string | null;
    readonly variants: readonly StoredVariant[];
  };
}

/** The first chunk that is not written, held until the transaction ends: chunks are written in their order. */
export async function takeChunk(
  tx: Transaction,
  importId: string,
): Promise<{ readonly n: number; readonly items: readonly ImportedLine[] } | undefined> {
  const [chunk] = await tx.query(takeStatement, [importId]);
  return chunk === undefined ? undefined : { n: chunk.n, items: chunk.items.map(lineOf) };
}

const dateOf = (text: string | null): Date | null => (text === null ? null : new Date(text));

function lineOf({ line, product }: StoredLine): ImportedLine {
  return {
    line,
    product: {
      ...product,
      publishedFrom: dateOf(product.publishedFrom),
      publishedUntil: dateOf(product.publishedUntil),
      variants: product.variants.map((variant) => ({
        ...variant,
        prices: variant.prices.map(({ channel, price, validFrom, validUntil }) => ({
          channel,
          price: { amount: BigInt(price.amount), currency: price.currency },
          validFrom: dateOf(validFrom),
          validUntil: dateOf(validUntil),
        })),
      })),
    },
  };
}

export interface ChunkCounts {
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
}

const finishStatement = statement(
  'catalog.finish_product_import_chunk',
  `update catalog.product_import_chunks set items = null, done_at = clock_timestamp(), created = $3, changed = $4, unchanged = $5
   where import_id = $1 and n = $2`,
);

/** Counts a chunk as written, and forgets its lines. */
export async function finishChunk(
  tx: Transaction,
  { importId, n }: { readonly importId: string; readonly n: number },
  { created, changed, unchanged }: ChunkCounts,
): Promise<void> {
  await tx.query(finishStatement, [importId, n, created, changed, unchanged]);
}

const faultsStatement = statement(
  'catalog.insert_product_import_faults',
  `insert into catalog.product_import_faults (import_id, line, pointer, detail)
   select $1, line, pointer, detail
   from unnest($2::int[], $3::text[], $4::text[]) with ordinality f (line, pointer, detail, place) order by place`,
);

export async function insertFaults(tx: Transaction, importId: string, faults: readonly LineFault[]): Promise<void> {
  if (faults.length === 0) return;
  await tx.query(faultsStatement, [
    importId,
    faults.map(({ line }) => line),
    faults.map(({ pointer }) => pointer),
    faults.map(({ detail }) => detail),
  ]);
}

const importColumns = `i.id, i.dry_run as "dryRun", i.lines, i.created_at as "createdAt",
  coalesce(c.created, 0) as created, coalesce(c.changed, 0) as changed, coalesce(c.unchanged, 0) as unchanged,
  (select count(distinct line) from catalog.product_import_faults f where f.import_id = i.id) as refused,
  case when c.open > 0 then null else coalesce(c.last, i.created_at) end as "finishedAt"`;
const counted = `left join lateral (
    select sum(created)::int as created, sum(changed)::int as changed, sum(unchanged)::int as unchanged,
      count(*) filter (where done_at is null) as open, max(done_at) as last
    from catalog.product_import_chunks where import_id = i.id) c on true`;

const findStatement = statement<ProductImport>(
  'catalog.find_product_import',
  `select ${importColumns} from catalog.product_imports i ${counted} where i.id = $1`,
);

export async function findImport(queryable: Queryable, id: string): Promise<ProductImport | undefined> {
  return (await queryable.query(findStatement, [id]))[0];
}

const listFaultsStatement = statement<LineFault & { readonly id: number }>(
  'catalog.list_product_import_faults',
  `select id, line, pointer, detail from catalog.product_import_faults
   where import_id = $1 and (line, id) > ($2, $3) order by line, id limit $4`,
);

/** In the order of lines, after this one. */
export function listFaultRows(
  queryable: Queryable,
  importId: string,
  { line, id, limit }: { readonly line: number; readonly id: number; readonly limit: number },
): Promise<(LineFault & { readonly id: number })[]> {
  return queryable.query(listFaultsStatement, [importId, line, id, limit]);
}
