import type { JobRun } from '../../../jobs/queue.ts';
import type { CatalogDependencies } from '../dependencies.ts';
import { indexProducts, lockProductsOfType } from './search-store.ts';

/** Writes what the search knows of all products of a type anew, some hundreds at a time. Safe to repeat and to die in. */
export async function indexProductType(
  { worker }: Pick<CatalogDependencies, 'worker'>,
  { productTypeId }: { readonly productTypeId: string },
  { signal }: Pick<JobRun, 'signal'>,
): Promise<void> {
  for (let after: string | null = null; ;) {
    signal.throwIfAborted();
    const from: string | null = after;
    const last = await worker.transaction(async (tx) => {
      const ids = await lockProductsOfType(tx, productTypeId, from);
      await indexProducts(tx, ids);
      return ids.at(-1);
    });
    if (last === undefined) return;
    after = last;
  }
}
