import { createHash } from 'node:crypto';
import { reply } from '../../../contract/handlers.ts';
import type { Handlers, Schema } from '../../../contract/handlers.ts';
import { moneyBody } from '../../../shared/money.ts';
import type { CatalogDependencies } from '../dependencies.ts';
import { attributeBody } from '../products/bodies.ts';
import { PUBLIC_MINUTE } from '../public-caching.ts';
import { getCatalogProduct } from './get-catalog-product.ts';
import type { OfferedProduct, OfferedVariant } from './get-catalog-product.ts';
import { listCatalogProducts } from './list-catalog-products.ts';
import type { FoundPage } from './list-catalog-products.ts';
import type { FoundProduct } from './search.ts';

/** What the contract says of those who do not. */
const usual = { locale: 'en', currency: 'EUR', channel: 'web' };

/** What a shop shows to anybody. */
export function createSearchOperations(
  dependencies: CatalogDependencies,
): Handlers<'listCatalogProducts' | 'getCatalogProduct'> {
  return {
    listCatalogProducts: async ({ query }) => {
      const { text, categoryId, filter = [], priceFrom, priceTo, limit, cursor } = query;
      const { locale = usual.locale, currency = usual.currency, channel = usual.channel } = query;
      const { sort = text === undefined ? 'newest' : 'relevance' } = query;
      const page = await listCatalogProducts(dependencies, {
        ...{ text, locale, currency, channel, categoryId, priceFrom, priceTo, limit, cursor },
        filters: filtersOf(filter),
        sort: sort === 'relevance' && text === undefined ? 'newest' : sort,
      });
      return reply('listCatalogProducts', {
        status: 200,
        headers: { 'Cache-Control': PUBLIC_MINUTE },
        body: pageBody(page),
      });
    },
    getCatalogProduct: async ({ path, query }) => {
      const { locale = usual.locale, currency = usual.currency, channel = usual.channel } = query;
      const offered = await getCatalogProduct(dependencies, { slug: path.productSlug, locale, currency, channel });
      const body = offeredBody(offered);
      const headers = { ETag: contentTag(body), 'Cache-Control': PUBLIC_MINUTE };
      return reply('getCatalogProduct', { status: 200, headers, body });
    },
  };
}

/** `material:linen` and `material:wool` are one filter with two values. */
function filtersOf(given: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const pairs = given.map((filter): [string, string] => {
    const at = filter.indexOf(':');
    return [filter.slice(0, at), filter.slice(at + 1)];
  });
  const byKey = Map.groupBy(pairs, ([key]) => key);
  return new Map([...byKey].map(([key, values]) => [key, values.map(([, value]) => value)]));
}

/** Prices, publication and stock change by the clock: only what is shown says whether it is the same. */
function contentTag(body: object): string {
  return `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 22)}"`;
}

function pageBody({ items, nextCursor, total, exact, corrected, facets, prices }: FoundPage) {
  return {
    ...{ items: items.map(foundBody), nextCursor, total, exact, corrected },
    facets: facets.map(({ key, values }) => ({ key, values: [...values] })),
    prices: prices === null ? null : { from: moneyBody(prices.from), to: moneyBody(prices.to) },
  };
}

function foundBody({ priceFrom, priceTo, ...found }: FoundProduct): Schema<'FoundProduct'> {
  return { ...found, priceFrom: moneyBody(priceFrom), priceTo: moneyBody(priceTo) };
}

function offeredBody({ text, attributes, options, ...product }: OfferedProduct): Schema<'OfferedProduct'> {
  const { id, slug, productTypeId, images, taxClass, categoryIds, variants } = product;
  return {
    ...{ id, slug, productTypeId, taxClass, text },
    attributes: Object.entries(attributes).map(attributeBody),
    options: options.map((option) => ({ ...option, values: [...option.values] })),
    images: [...images],
    categoryIds: [...categoryIds],
    variants: variants.map(variantBody),
  };
}

function variantBody({ id, sku, options, imageUrl, price, available }: OfferedVariant): Schema<'OfferedVariant'> {
  return {
    ...{ id, sku, imageUrl, available },
    options: Object.entries(options).map(([key, value]) => ({ key, value })),
    price: price === null ? null : moneyBody(price),
  };
}
