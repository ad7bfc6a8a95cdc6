import type { Page } from '../../../shared/cursor.ts';
import { pageOf } from '../../../shared/cursor.ts';
import type { CatalogDependencies } from '../dependencies.ts';
import { MOST_COUNTED } from './search.ts';
import type { CatalogSearch, Facet, FoundProduct, SearchSummary } from './search.ts';
import { findPage, listCategoriesBelow, readSimilarWords, readWords, summarise } from './search-store.ts';
import type { FoundRow } from './search-store.ts';
import { searchQueries } from './search-words.ts';

export interface ListCatalogProducts extends CatalogSearch {
  readonly limit: number;
  readonly cursor: string | undefined;
}

export type FoundPage = Page<FoundProduct> & SearchSummary;

const MOST_FACETS = 20;
const MOST_VALUES = 50;

/**
 * Finds published products: a page of them, how many there are with each value of each facet, and from which price to which, all
 * as of this moment. Words that are found nowhere are tried again as the words of products that look most like them, while the flag
 * `search-typo-tolerance` is on.
 *
 * @throws Problem 400 `invalid-cursor`
 */
export async function listCatalogProducts(
  { primary, cursors, flags }: Pick<CatalogDependencies, 'primary' | 'cursors' | 'flags'>,
  { limit, cursor, ...search }: ListCatalogProducts,
): Promise<FoundPage> {
  const { text, locale, currency, channel, categoryId, filters, priceFrom, priceTo, sort } = search;
  const scope = {
    operation: 'listCatalogProducts',
    filters: {
      ...{ text, locale, currency, channel, categoryId, priceFrom, priceTo, sort },
      filters: JSON.stringify([...filters].map(([key, values]) => [key, values.toSorted()]).toSorted()),
    },
  };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const page = { limit: limit + 1, after };
  const categoryIds = categoryId === undefined ? [] : await listCategoriesBelow(primary, categoryId);
  const words = text === undefined ? '' : await readWords(primary, locale, text);
  let queries = searchQueries(search, words, categoryIds);
  let found = await summarise(primary, search, queries, words, page);
  let corrected = false;
  const isLost = found.total + found.near === 0 && text !== undefined;
  // Answers are kept by anybody's caches, so this is a choice for all and never for one.
  if (isLost && (await flags.isOn('search-typo-tolerance', true, { userId: null, attributes: { locale, channel } }))) {
    const similar = await readSimilarWords(primary, locale, text);
    if (similar !== '') {
      queries = searchQueries(search, similar, categoryIds);
      found = await summarise(primary, search, queries, similar, page);
      corrected = found.total + found.near > 0;
    }
  }
  // Ordered by what an index is not, the best of the first ones found must do.
  const whole = found.total <= MOST_COUNTED || sort === 'relevance';
  const rows = whole ? (found.items ?? []) : await findPage(primary, search, queries, page);
  const { items, nextCursor } = pageOf(rows, limit, ({ sortKey, id }) => cursors.encode(scope, { key: sortKey, id }));
  const { priceMin, priceMax } = found;
  return {
    ...{ nextCursor, corrected },
    exact: Math.max(found.total, found.near) <= MOST_COUNTED,
    items: items.map((row) => productOf(row, currency)),
    total: Math.min(found.total, MOST_COUNTED),
    facets: facetsOf(found.facets ?? []),
    prices:
      priceMin === null || priceMax === null
        ? null
        : { from: { amount: BigInt(priceMin), currency }, to: { amount: BigInt(priceMax), currency } },
  };
}

function productOf({ priceMin, priceMax, sortKey: _sortKey, ...shown }: FoundRow, currency: string): FoundProduct {
  return {
    ...shown,
    priceFrom: { amount: BigInt(priceMin), currency },
    priceTo: { amount: BigInt(priceMax), currency },
  };
}

/** The values of a key stand together, the most frequent first. */
function facetsOf(rows: readonly { readonly key: string; readonly value: string; readonly count: number }[]): Facet[] {
  const byKey = Map.groupBy(rows, ({ key }) => key);
  return [...byKey].slice(0, MOST_FACETS).map(([key, values]) => ({
    key,
    values: values.slice(0, MOST_VALUES).map(({ value, count }) => ({ value, count })),
  }));
}
