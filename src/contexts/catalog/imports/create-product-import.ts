import { recordAudit } from '../../../audit/record-audit.ts';
import type { Transaction } from '../../../database/transaction.ts';
import { newId } from '../../../shared/id.ts';
import { unavailable } from '../../../shared/platform-problems.ts';
import { Problem } from '../../../shared/problem.ts';
import type { FieldError } from '../../../shared/problem.ts';
import type { CatalogDependencies } from '../dependencies.ts';
import { importProductsJob } from '../jobs.ts';
import { problems } from '../problems.ts';
import { findImport, insertChunk, insertFaults, insertImport } from './import-store.ts';
import { judgeProduct } from './judge-product.ts';
import { CHUNK_LINES, MOST_FAULTS_OF_LINE } from './product-import.ts';
import type { ImportedLine, ImportedProduct, LineFault, ProductImport } from './product-import.ts';

/** A line that has been read: a product, or what is wrong with it. */
export type ReadLine = { readonly line: number } & (
  { readonly product: ImportedProduct } | { readonly errors: readonly FieldError[] }
);

export interface CreateProductImport {
  /** Throws when the sender breaks off. */
  readonly lines: AsyncIterable<ReadLine>;
  /** Does everything and writes nothing. */
  readonly dryRun: boolean;
}

/** Milliseconds that one upload may take; then PostgreSQL cancels it and nothing of it remains. */
const LONGEST_UPLOAD = 15 * 60_000;

/** Whether this process takes a file at the moment. */
export interface UploadSlot {
  taken: boolean;
}

/**
 * Takes a file of products: judges every line as it arrives, stores what can be written and enqueues the writing, all in one
 * transaction; an upload that breaks off leaves nothing. A wrong line never stops the file.
 *
 * @throws Problem 409 `file-empty`, `file-not-text`, `file-too-long`; 503 while another file is being taken
 */
export async function createProductImport(
  { uploads, clock, enqueue }: Pick<CatalogDependencies, 'uploads' | 'clock' | 'enqueue'>,
  slot: UploadSlot,
  { lines, dryRun }: CreateProductImport,
): Promise<ProductImport> {
  if (slot.taken) {
    throw unavailable(10, { detail: 'Another file is being uploaded. Send this one again in a few seconds.' });
  }
  slot.taken = true;
  try {
    return await uploads.transaction(
      async (tx) => {
        const id = newId();
        const createdAt = clock.now();
        const count = await store(tx, id, lines, (total) => insertImport(tx, { id, dryRun, lines: total, createdAt }));
        if (count === 0) throw new Problem(problems['file-empty'], { detail: 'No line has anything in it.' });
        // Here and not by `x-audit`: the transaction of a stream is not the platform's.
        await recordAudit(tx, { action: 'product-import-created', resource: { type: 'product-import', id } });
        await enqueue(tx, importProductsJob, { importId: id }, { key: `importProducts:${id}` });
        const created = await findImport(tx, id);
        if (created === undefined) throw new Error('An import just created is gone.');
        return created;
      },
      // The file has been read: a restart would find nothing.
      { retries: 0, statementTimeout: LONGEST_UPLOAD },
    );
  } finally {
    slot.taken = false;
  }
}

/** Stores lines as they come; how many there were is known at the end, so that their import is told then. */
async function store(
  tx: Transaction,
  importId: string,
  lines: AsyncIterable<ReadLine>,
  finish: (total: number) => Promise<void>,
): Promise<number> {
  const slugs = new Map<string, number>();
  let total = 0;
  let n = 0;
  let items: ImportedLine[] = [];
  let faults: LineFault[] = [];
  async function flush(): Promise<void> {
    if (items.length > 0) await insertChunk(tx, { importId, n: (n += 1), items });
    await insertFaults(tx, importId, faults);
    [items, faults] = [[], []];
  }
  for await (const read of lines) {
    total += 1;
    const errors = 'errors' in read ? read.errors : [...slugTwice(slugs, read), ...judgeProduct(read.product)];
    if ('product' in read && errors.length === 0) items.push(read);
    faults.push(...errors.slice(0, MOST_FAULTS_OF_LINE).map((error) => ({ line: read.line, ...error })));
    if (items.length + faults.length >= CHUNK_LINES) await flush();
  }
  if (total > 0) await finish(total);
  await flush();
  return total;
}

function slugTwice(
  slugs: Map<string, number>,
  { line, product: { slug } }: { readonly line: number; readonly product: ImportedProduct },
): FieldError[] {
  const earlier = slugs.get(slug);
  slugs.set(slug, earlier ?? line);
  return earlier === undefined ? [] : [{ pointer: '/slug', detail: `stands in line ${earlier} already` }];
}
