import type { Transaction } from '../../../database/transaction.ts';
import type { JobRun } from '../../../jobs/queue.ts';
import type { CatalogDependencies } from '../dependencies.ts';
import { finishChunk, findImport, insertFaults, takeChunk } from './import-store.ts';
import type { ChunkCounts } from './import-store.ts';
import { judgeChunk } from './judge-chunk.ts';
import { writeImportedProducts } from './write-products.ts';

/**
 * Writes the open chunks of an import one after the other, each in one transaction with what was wrong in it. Safe to run
 * twice and to die in: a chunk is written whole and counted, or open again. Stops between two chunks when the process does.
 */
export async function importProducts(
  { worker, clock }: Pick<CatalogDependencies, 'worker' | 'clock'>,
  { importId }: { readonly importId: string },
  { signal }: Pick<JobRun, 'signal'>,
): Promise<void> {
  const found = await findImport(worker, importId);
  if (found === undefined) return;
  const importChunk = (): Promise<boolean> =>
    worker.transaction(async (tx) => {
      const chunk = await takeChunk(tx, importId);
      if (chunk === undefined) return false;
      const judged = await judgeChunk(tx, chunk.items);
      const write = (): Promise<ChunkCounts> => writeImportedProducts({ tx, clock }, judged);
      const counts = found.dryRun ? await tryOut(tx, write) : await write();
      await insertFaults(tx, importId, judged.faults);
      await finishChunk(tx, { importId, n: chunk.n }, counts);
      return true;
    });
  do signal.throwIfAborted();
  while (await importChunk());
}

/** Carries what a dry run found out of the savepoint that undoes it. */
class Tried extends Error {
  readonly counts: ChunkCounts;

  constructor(counts: ChunkCounts) {
    super('Only tried.');
    this.counts = counts;
  }
}

/** Does everything, with every constraint of the database, and undoes it. */
async function tryOut(tx: Transaction, write: () => Promise<ChunkCounts>): Promise<ChunkCounts> {
  try {
    await tx.savepoint(async () => {
      throw new Tried(await write());
    });
  } catch (error) {
    if (error instanceof Tried) return error.counts;
    throw error;
  }
  throw new Error('A dry run was not undone.');
}
