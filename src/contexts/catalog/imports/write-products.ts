import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { newId } from '../../../shared/id.ts';
import { indexProducts } from '../search/search-store.ts';
import type { ChunkCounts } from './import-store.ts';
import type { JudgedChunk } from './judge-chunk.ts';
import { countChanges, writePlaces, writePrices, writeProducts, writeVariants } from './write-store.ts';

/**
 * Writes judged lines with one statement for each kind of row. What is as the file says stays untouched, with its version;
 * products are known by their slugs, variants by their article numbers, and variants that a line does not name stay.
 */
export async function writeImportedProducts(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { lines, products, variants }: JudgedChunk,
): Promise<ChunkCounts> {
  if (lines.length === 0) return { created: 0, changed: 0, unchanged: 0 };
  const now = clock.now();
  // By id, as everybody locks them.
  const written = lines
    .map(({ product }) => ({ ...product, id: products.get(product.slug)?.id ?? newId(now.getTime()) }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const writtenVariants = written
    .flatMap(({ id: productId, variants: contents }) =>
      contents.map((content) => ({ id: variants.get(content.sku)?.id ?? newId(now.getTime()), productId, content })),
    )
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const productOf = new Map(writtenVariants.map(({ id, productId }) => [id, productId]));

  const otherProducts = await writeProducts(tx, written, now);
  const movedProducts = await writePlaces(tx, written);
  const otherVariants = new Set([
    ...(await writeVariants(tx, writtenVariants, now)),
    ...(await writePrices(tx, writtenVariants)),
  ]);
  const changed = new Set([
    ...otherProducts,
    ...movedProducts,
    ...[...otherVariants].flatMap((id) => productOf.get(id) ?? []),
  ]);
  const known = new Set([...products.values()].map(({ id }) => id));
  const knownVariants = new Set([...variants.values()].map(({ id }) => id));
  const changedKnown = [...changed].filter((id) => known.has(id));
  await countChanges(
    tx,
    { products: changedKnown, variants: [...otherVariants].filter((id) => knownVariants.has(id)) },
    now,
  );
  await indexProducts(tx, [...changed]);
  const created = written.filter(({ id }) => !known.has(id)).length;
  return { created, changed: changedKnown.length, unchanged: written.length - created - changedKnown.length };
}
