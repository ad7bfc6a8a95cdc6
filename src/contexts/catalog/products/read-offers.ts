import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';
import { textFor } from './text-for.ts';
import type { ProductText, TaxClass } from './product.ts';

/** A variant that is for sale, as whoever buys it needs to know it. */
export interface Offer {
  readonly variantId: string;
  readonly sku: string;
  /** The product's. */
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  readonly imageUrl: string | null;
  readonly taxClass: TaxClass;
  /** For one, in minor units, without tax. */
  readonly price: bigint;
}

export interface ReadOffers {
  readonly variantIds: readonly string[];
  readonly currency: string;
  readonly channel: string;
  /** The name is in it, else in the product's first language. */
  readonly locale: string;
}

interface Row extends Omit<Offer, 'name' | 'price'> {
  readonly translations: readonly [ProductText, ...ProductText[]];
  readonly price: string;
}

const offersStatement = statement<Row>(
  'catalog.read_offers',
  `select v.id as "variantId", v.sku, p.translations, v.options, coalesce(v.image_url, p.images #>> '{0,url}') as "imageUrl",
     p.tax_class as "taxClass", pr.amount_minor::text as price
   from catalog.variants v
   join catalog.products p on p.id = v.product_id
   join catalog.prices pr on pr.variant_id = v.id and pr.currency = $2 and pr.channel = $3
     and pr.valid @> clock_timestamp()
   where v.id = any ($1::uuid[]) and p.published_from <= clock_timestamp()
     and (p.published_until is null or p.published_until > clock_timestamp())`,
);

/** What these variants cost at this moment. Those that are not published, or have no price there, are left out. */
export async function readOffers(
  queryable: Queryable,
  { variantIds, currency, channel, locale }: ReadOffers,
): Promise<readonly Offer[]> {
  if (variantIds.length === 0) return [];
  const rows = await queryable.query(offersStatement, [variantIds, currency, channel]);
  return rows.map(({ translations, price, ...row }) => ({
    ...row,
    name: textFor(translations, locale).name,
    price: BigInt(price),
  }));
}
