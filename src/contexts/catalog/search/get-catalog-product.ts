import { statement } from '../../../database/transaction.ts';
import type { Money } from '../../../shared/money.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import type { CatalogDependencies } from '../dependencies.ts';
import type { AttributeValue, Image, ProductOption, ProductText, TaxClass } from '../products/product.ts';
import { textFor } from '../products/text-for.ts';

/** A variant as a shop shows it. */
export interface OfferedVariant {
  readonly id: string;
  readonly sku: string;
  readonly options: Readonly<Record<string, string>>;
  readonly imageUrl: string | null;
  /** Null: not for sale at this moment in this currency and channel. */
  readonly price: Money | null;
  /** Whether there is one anywhere that nobody holds. */
  readonly available: boolean;
}

/** A published product as a shop shows it. */
export interface OfferedProduct {
  readonly id: string;
  readonly slug: string;
  readonly productTypeId: string;
  /** In the language asked for, else the first. */
  readonly text: ProductText;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly options: readonly ProductOption[];
  readonly images: readonly Image[];
  readonly taxClass: TaxClass;
  readonly categoryIds: readonly string[];
  readonly variants: readonly OfferedVariant[];
}

interface OfferedRow extends Omit<OfferedProduct, 'text' | 'variants'> {
  readonly translations: readonly [ProductText, ...ProductText[]];
  readonly variants: readonly (Omit<OfferedVariant, 'price'> & { readonly price: string | null })[];
}

const offeredStatement = statement<OfferedRow>(
  'catalog.find_offered_product',
  `select p.id, p.slug, p.product_type_id as "productTypeId", p.translations, p.attributes, p.options, p.images,
     p.tax_class as "taxClass",
     array(select c.category_id from catalog.product_categories c where c.product_id = p.id order by 1) as "categoryIds",
     coalesce((
       select jsonb_agg(jsonb_build_object('id', v.id, 'sku', v.sku, 'options', v.options, 'imageUrl', v.image_url,
         'price', pr.amount_minor::text, 'available', coalesce(s.available, 0) > 0) order by v.created_at, v.id)
       from catalog.variants v
       left join catalog.prices pr on pr.variant_id = v.id and pr.currency = $2 and pr.channel = $3
         and pr.valid @> statement_timestamp()
       left join lateral (
         select sum(l.on_hand - l.reserved + coalesce((
           select sum(r.quantity) from catalog.reservations r
           where r.variant_id = l.variant_id and r.location_id = l.location_id and r.state = 'held'
             and r.expires_at <= clock_timestamp()), 0)) as available
         from catalog.stock_levels l where l.variant_id = v.id) s on true
       where v.product_id = p.id), '[]') as variants
   from catalog.products p
   where p.slug = $1 and p.published_from <= statement_timestamp()
     and (p.published_until is null or p.published_until > statement_timestamp())`,
);

export interface GetCatalogProduct {
  readonly slug: string;
  readonly locale: string;
  readonly currency: string;
  readonly channel: string;
}

/** A product that is published at this moment. @throws Problem 404 `not-found` */
export async function getCatalogProduct(
  { primary }: Pick<CatalogDependencies, 'primary'>,
  { slug, locale, currency, channel }: GetCatalogProduct,
): Promise<OfferedProduct> {
  const [row] = await primary.query(offeredStatement, [slug, currency, channel]);
  if (row === undefined) throw notFound();
  const { translations, variants, ...product } = row;
  return {
    ...product,
    text: textFor(translations, locale),
    variants: variants.map(({ price, ...variant }) => ({
      ...variant,
      price: price === null ? null : { amount: BigInt(price), currency },
    })),
  };
}
