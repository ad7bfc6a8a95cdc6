import type { Transaction } from '../../../database/transaction.ts';
import { optionFaults } from '../products/options.ts';
import { MOST_VARIANTS } from '../products/variant.ts';
import { kindOf } from './judge-product.ts';
import { listAttributeFaults, listKnownCategories, listKnownVariants, lockKnownProducts } from './known-store.ts';
import type { KnownProduct, KnownVariant } from './known-store.ts';
import type { ImportedLine, ImportedProduct, LineFault } from './product-import.ts';

/** Lines that can be written, what they meet in the database, and what is wrong with the others. */
export interface JudgedChunk {
  readonly lines: readonly ImportedLine[];
  readonly products: ReadonlyMap<string, KnownProduct>;
  readonly variants: ReadonlyMap<string, KnownVariant>;
  readonly faults: readonly LineFault[];
}

type Fault = Omit<LineFault, 'line'>;

/** Judges lines by what is there, and holds that until the transaction ends. */
export async function judgeChunk(tx: Transaction, given: readonly ImportedLine[]): Promise<JudgedChunk> {
  const found = await lockKnownProducts(
    tx,
    given.map(({ product }) => product.slug),
  );
  const products = new Map(found.map((known) => [known.slug, known]));
  const skus = given.flatMap(({ product }) => product.variants.map(({ sku }) => sku));
  const known = await listKnownVariants(
    tx,
    found.map(({ id }) => id),
    skus,
  );
  const variants = new Map(known.map((variant) => [variant.sku, variant]));
  const ofProduct = Map.groupBy(known, ({ productId }) => productId);
  const categories = await listKnownCategories(
    tx,
    given.flatMap(({ product }) => product.categoryIds),
  );
  const attributes = await listAttributeFaults(tx, given);
  const taken = new Map<string, number>();

  const faults = given.flatMap(({ line, product }): LineFault[] => {
    const own = products.get(product.slug);
    const wrong: readonly Fault[] = [
      ...typeFaults(product, own, attributes.get(line)),
      ...product.categoryIds.flatMap((id, index): Fault[] =>
        categories.has(id) ? [] : [{ pointer: `/categoryIds/${index}`, detail: 'is no category' }],
      ),
      ...product.variants.flatMap(({ sku }, index): Fault[] => {
        const owner = variants.get(sku);
        const earlier = taken.get(sku);
        if (owner !== undefined && owner.productId !== own?.id) {
          return [{ pointer: `/variants/${index}/sku`, detail: 'belongs to another product' }];
        }
        if (earlier !== undefined)
          return [{ pointer: `/variants/${index}/sku`, detail: `stands in line ${earlier} already` }];
        taken.set(sku, line);
        return [];
      }),
      ...remainingFaults(product, own === undefined ? [] : (ofProduct.get(own.id) ?? [])),
    ];
    return wrong.map((fault) => ({ line, ...fault }));
  });
  const refused = new Set(faults.map(({ line }) => line));
  return { lines: given.filter(({ line }) => !refused.has(line)), products, variants, faults };
}

function typeFaults(
  { productTypeId }: ImportedProduct,
  own: KnownProduct | undefined,
  attributes: readonly string[] | null | undefined,
): readonly Fault[] {
  if (attributes === null) return [{ pointer: '/productTypeId', detail: 'is no product type' }];
  const other = own !== undefined && own.productTypeId !== productTypeId;
  return [
    ...(other ? [{ pointer: '/productTypeId', detail: 'is another than the product has' }] : []),
    ...(attributes ?? []).map((detail) => ({ pointer: '/attributes', detail })),
  ];
}

/** Variants that the file does not name stay, and must fit the product as it will be. */
function remainingFaults({ options, variants }: ImportedProduct, present: readonly KnownVariant[]): readonly Fault[] {
  const named = new Set(variants.map(({ sku }) => sku));
  const staying = present.filter(({ sku }) => !named.has(sku));
  const kinds = new Set(staying.map((variant) => kindOf(variant.options)));
  return [
    ...staying.flatMap((variant): Fault[] =>
      optionFaults(options, variant.options).length === 0
        ? []
        : [{ pointer: '/options', detail: `do not fit the variant ${variant.sku}` }],
    ),
    ...variants.flatMap((variant, index): Fault[] =>
      kinds.has(kindOf(variant.options))
        ? [{ pointer: `/variants/${index}/options`, detail: 'are those of another variant' }]
        : [],
    ),
    ...(staying.length + variants.length > MOST_VARIANTS
      ? [{ pointer: '/variants', detail: `would be more than ${MOST_VARIANTS}` }]
      : []),
  ];
}
