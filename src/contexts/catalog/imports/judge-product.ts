import { isCurrency } from '../../../shared/currency.ts';
import type { FieldError } from '../../../shared/problem.ts';
import { optionFaults } from '../products/options.ts';
import { productContradictions } from '../products/require-consistent-product.ts';
import { MOST_VARIANTS } from '../products/variant.ts';
import type { VariantContent, VariantPrice } from '../products/variant.ts';
import type { ImportedProduct } from './product-import.ts';

/** What is wrong with a line by itself: what can be said without the database. */
export function judgeProduct(product: ImportedProduct): readonly FieldError[] {
  const { options, variants } = product;
  const skus = variants.map(({ sku }) => sku);
  const kinds = variants.map((variant) => kindOf(variant.options));
  const ofVariants = variants.flatMap((variant, index) =>
    [
      ...optionFaults(options, variant.options).map((detail) => ({ pointer: '/options', detail })),
      ...(skus.indexOf(variant.sku) < index ? [{ pointer: '/sku', detail: 'stands in this product already' }] : []),
      ...(kinds.indexOf(kinds[index] ?? '') < index
        ? [{ pointer: '/options', detail: 'are those of another variant' }]
        : []),
      ...priceFaults(variant.prices),
    ].map(({ pointer, detail }) => ({ pointer: `/variants/${index}${pointer}`, detail })),
  );
  return [...productContradictions(product), ...tooMany(variants), ...ofVariants];
}

/** Equal for equal options, in whatever order they were told. */
export function kindOf(options: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(options).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function tooMany(variants: readonly VariantContent[]): FieldError[] {
  return variants.length > MOST_VARIANTS ? [{ pointer: '/variants', detail: `are more than ${MOST_VARIANTS}` }] : [];
}

function priceFaults(prices: readonly VariantPrice[]): FieldError[] {
  return prices.flatMap((one, index) => {
    const { price, validFrom, validUntil } = one;
    const faults = [
      price.amount < 0n ? '/price/amount must not be negative' : undefined,
      isCurrency(price.currency) ? undefined : '/price/currency is no currency of ISO 4217',
      validFrom !== null && validUntil !== null && validFrom >= validUntil
        ? '/validUntil must lie after validFrom'
        : undefined,
      prices.slice(0, index).some((other) => overlap(one, other)) ? ' is valid at the time of another one' : undefined,
    ];
    return faults.flatMap((fault) => {
      if (fault === undefined) return [];
      const [field = '', ...words] = fault.split(' ');
      return [{ pointer: `/prices/${index}${field}`, detail: words.join(' ') }];
    });
  });
}

function overlap(one: VariantPrice, other: VariantPrice): boolean {
  if (one.channel !== other.channel || one.price.currency !== other.price.currency) return false;
  const begins = ({ validFrom }: VariantPrice): number => validFrom?.getTime() ?? -Infinity;
  const ends = ({ validUntil }: VariantPrice): number => validUntil?.getTime() ?? Infinity;
  return begins(one) < ends(other) && begins(other) < ends(one);
}
