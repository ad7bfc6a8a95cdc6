import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { Variant, VariantPrice } from './variant.ts';

/** A price as PostgreSQL gives it inside of JSON: an amount as text, for JSON's numbers end at 2^53. */
interface PriceRow {
  readonly channel: string;
  readonly amount: string;
  readonly currency: string;
  readonly validFrom: string | null;
  readonly validUntil: string | null;
}

interface VariantRow extends Omit<Variant, 'prices'> {
  readonly prices: readonly PriceRow[];
}

const columns = `v.id, v.product_id as "productId", v.sku, v.options, v.image_url as "imageUrl",
  v.low_stock_at as "lowStockAt", v.version, v.created_at as "createdAt", v.updated_at as "updatedAt",
  (select coalesce(jsonb_agg(jsonb_build_object('channel', channel, 'amount', amount_minor::text, 'currency', currency,
     'validFrom', lower(valid), 'validUntil', upper(valid)) order by channel, currency, valid), '[]')
   from catalog.prices where variant_id = v.id) as prices`;

function variantOf({ prices, ...row }: VariantRow): Variant {
  return { ...row, prices: prices.map(priceOf) };
}

function priceOf({ channel, amount, currency, validFrom, validUntil }: PriceRow): VariantPrice {
  return {
    channel,
    price: { amount: BigInt(amount), currency },
    validFrom: validFrom === null ? null : new Date(validFrom),
    validUntil: validUntil === null ? null : new Date(validUntil),
  };
}

const findStatement = statement<VariantRow>(
  'catalog.find_variant',
  `select ${columns} from catalog.variants v where v.id = $1`,
);

export async function findVariant(queryable: Queryable, id: string): Promise<Variant | undefined> {
  const [row] = await queryable.query(findStatement, [id]);
  return row === undefined ? undefined : variantOf(row);
}

const listStatement = statement<VariantRow>(
  'catalog.list_variants',
  `select ${columns} from catalog.variants v where v.product_id = $1 order by v.created_at, v.id`,
);

/** All variants of a product, the oldest first. */
export async function listVariants(queryable: Queryable, productId: string): Promise<readonly Variant[]> {
  return (await queryable.query(listStatement, [productId])).map(variantOf);
}

const insertStatement = statement(
  'catalog.insert_variant',
  `insert into catalog.variants (id, product_id, sku, options, image_url, low_stock_at, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $7)`,
);

/** Without its prices. @throws the violation of `variants_sku` or `variants_differ` */
export async function insertVariant(
  tx: Transaction,
  { id, productId, sku, options, imageUrl, lowStockAt }: Omit<Variant, 'version' | 'createdAt' | 'updatedAt'>,
  now: Date,
): Promise<void> {
  await tx.query(insertStatement, [id, productId, sku, JSON.stringify(options), imageUrl, lowStockAt, now]);
}

const changeStatement = statement(
  'catalog.change_variant',
  `update catalog.variants set sku = $2, options = $3, image_url = $4, low_stock_at = $5, version = version + 1,
     updated_at = $6 where id = $1`,
);

/** Writes a variant whose product's lock the caller holds, without its prices, and counts the change. */
export async function changeVariant(
  tx: Transaction,
  { id, sku, options, imageUrl, lowStockAt }: Omit<Variant, 'productId' | 'version' | 'createdAt' | 'updatedAt'>,
  now: Date,
): Promise<void> {
  await tx.query(changeStatement, [id, sku, JSON.stringify(options), imageUrl, lowStockAt, now]);
}

const clearPricesStatement = statement('catalog.clear_prices', 'delete from catalog.prices where variant_id = $1');
const insertPricesStatement = statement(
  'catalog.insert_prices',
  `insert into catalog.prices (variant_id, currency, channel, valid, amount_minor)
   select $1, currency, channel, tstzrange(valid_from, valid_until), amount
   from unnest($2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::bigint[])
     as price (currency, channel, valid_from, valid_until, amount)`,
);

/** @throws the violation of `prices_do_not_overlap` when two are valid at once in one currency and channel */
export async function replacePrices(tx: Transaction, id: string, prices: readonly VariantPrice[]): Promise<void> {
  await tx.query(clearPricesStatement, [id]);
  await tx.query(insertPricesStatement, [
    id,
    prices.map(({ price }) => price.currency),
    prices.map(({ channel }) => channel),
    prices.map(({ validFrom }) => validFrom),
    prices.map(({ validUntil }) => validUntil),
    prices.map(({ price }) => String(price.amount)),
  ]);
}

const deleteStatement = statement('catalog.delete_variant', 'delete from catalog.variants where id = $1');

/** With its prices. @throws the violation of `stock_levels_variant` when stock of it was ever kept */
export async function deleteVariantRow(tx: Transaction, id: string): Promise<void> {
  await tx.query(deleteStatement, [id]);
}
