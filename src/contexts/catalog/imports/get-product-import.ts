import { notFound } from '../../../shared/platform-problems.ts';
import type { CatalogDependencies } from '../dependencies.ts';
import { findImport, listFaultRows } from './import-store.ts';
import type { LineFault, ProductImport } from './product-import.ts';

type Parts = Pick<CatalogDependencies, 'primary'>;

/** @throws Problem 404 `not-found` */
export async function getProductImport({ primary }: Parts, importId: string): Promise<ProductImport> {
  const found = await findImport(primary, importId);
  if (found === undefined) throw notFound();
  return found;
}

const PAGE_FAULTS = 1_000;

/** What is wrong with the lines of a file, in their order, read as the receiver takes it. @throws Problem 404, before anything */
export async function exportProductImportFaults(
  { primary }: Parts,
  importId: string,
): Promise<AsyncIterable<readonly LineFault[]>> {
  await getProductImport({ primary }, importId);
  return pages();

  async function* pages(): AsyncGenerator<readonly LineFault[]> {
    for (let after = { line: 0, id: 0 }; ;) {
      const rows = await listFaultRows(primary, importId, { ...after, limit: PAGE_FAULTS });
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows;
      after = last;
    }
  }
}
