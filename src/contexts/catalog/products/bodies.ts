import type { MoneyBody } from '../../../shared/money.ts';
import { moneyBody } from '../../../shared/money.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { productState } from './product.ts';
import type { AttributeValue, Product, ProductSummary } from './product.ts';
import type { Variant, VariantPrice } from './variant.ts';

/** The forms of an attribute on the wire. */
export type AttributeBody =
  | { kind: 'text'; key: string; value: string }
  | { kind: 'number'; key: string; value: number }
  | { kind: 'flag'; key: string; value: boolean }
  | { kind: 'choice'; key: string; values: string[] };

/** @throws Problem 409 `attributes-invalid` when a key is there twice */
export function readAttributes(bodies: readonly AttributeBody[]): Readonly<Record<string, AttributeValue>> {
  const entries = bodies.map((body): [string, AttributeValue] => [
    body.key,
    body.kind === 'choice' ? body.values : body.value,
  ]);
  return uniqueKeys(entries, 'attributes-invalid', '/attributes');
}

/** @throws Problem 409 `options-invalid` when a key is there twice */
export function readOptions(
  bodies: readonly { readonly key: string; readonly value: string }[],
): Readonly<Record<string, string>> {
  return uniqueKeys(
    bodies.map(({ key, value }): [string, string] => [key, value]),
    'options-invalid',
    '/options',
  );
}

function uniqueKeys<Value>(
  entries: readonly (readonly [string, Value])[],
  code: 'attributes-invalid' | 'options-invalid',
  pointer: string,
): Readonly<Record<string, Value>> {
  const keys = entries.map(([key]) => key);
  const errors = keys.flatMap((key, index) =>
    keys.indexOf(key) < index ? [{ pointer: `${pointer}/${index}/key`, detail: 'is there twice' }] : [],
  );
  if (errors.length > 0) throw new Problem(problems[code], { detail: 'A key is there twice.', errors });
  return Object.fromEntries(entries);
}

interface PriceBody {
  channel: string;
  price: MoneyBody;
  validFrom: string | null;
  validUntil: string | null;
}

/** Amount and currency are judged with the rest of the price. */
export function readPrices(bodies: readonly PriceBody[]): readonly VariantPrice[] {
  return bodies.map(({ channel, price, validFrom, validUntil }) => ({
    channel,
    price: { amount: BigInt(price.amount), currency: price.currency },
    validFrom: readMoment(validFrom),
    validUntil: readMoment(validUntil),
  }));
}

export function readMoment(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}

/** A product with its variants as the contract words it. */
export function productBody(product: Product, variants: readonly Variant[], now: Date) {
  const { id, slug, productTypeId, translations, attributes, options, categoryIds, images, taxClass } = product;
  return {
    ...{ id, slug, productTypeId, taxClass },
    translations: [...translations],
    attributes: Object.entries(attributes).map(attributeBody),
    options: options.map((option) => ({ ...option, values: [...option.values] })),
    categoryIds: [...categoryIds],
    images: [...images],
    ...publicationBody(product, now),
    variants: variants.map(variantBody),
    ...timesBody(product),
  };
}

/** A product in a list as the contract words it. */
export function summaryBody(summary: ProductSummary, now: Date) {
  const { id, slug, productTypeId, name } = summary;
  return { ...{ id, slug, productTypeId, name }, ...publicationBody(summary, now), ...timesBody(summary) };
}

/** A variant as the contract words it. */
export function variantBody(variant: Variant) {
  const { id, productId, sku, options, prices, imageUrl, lowStockAt } = variant;
  return {
    ...{ id, productId, sku, imageUrl, lowStockAt },
    options: Object.entries(options).map(([key, value]) => ({ key, value })),
    prices: prices.map(priceBody),
    ...timesBody(variant),
  };
}

function priceBody({ channel, price, validFrom, validUntil }: VariantPrice): PriceBody {
  return {
    channel,
    price: moneyBody(price),
    validFrom: validFrom?.toISOString() ?? null,
    validUntil: validUntil?.toISOString() ?? null,
  };
}

/** An attribute as the contract words it. */
export function attributeBody([key, value]: [string, AttributeValue]): AttributeBody {
  if (typeof value === 'string') return { kind: 'text', key, value };
  if (typeof value === 'number') return { kind: 'number', key, value };
  if (typeof value === 'boolean') return { kind: 'flag', key, value };
  return { kind: 'choice', key, values: [...value] };
}

function publicationBody(published: Pick<Product, 'publishedFrom' | 'publishedUntil'>, now: Date) {
  return {
    publishedFrom: published.publishedFrom?.toISOString() ?? null,
    publishedUntil: published.publishedUntil?.toISOString() ?? null,
    state: productState(published, now),
  };
}

function timesBody({ createdAt, updatedAt }: Pick<Product, 'createdAt' | 'updatedAt'>) {
  return { createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}
