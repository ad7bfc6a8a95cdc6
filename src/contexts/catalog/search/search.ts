import type { Money } from '../../../shared/money.ts';

/** What somebody looks for. */
export interface CatalogSearch {
  /** Words; undefined for everything. */
  readonly text: string | undefined;
  /** The language of the words and of the names shown. */
  readonly locale: string;
  readonly currency: string;
  readonly channel: string;
  /** With everything below it. */
  readonly categoryId: string | undefined;
  /** By key: one of these values. */
  readonly filters: ReadonlyMap<string, readonly string[]>;
  /** In minor units, both included: a product with any price in between. */
  readonly priceFrom: number | undefined;
  readonly priceTo: number | undefined;
  readonly sort: SearchSort;
}

/** `relevance` needs words. */
export type SearchSort = 'relevance' | 'newest' | 'price' | '-price';

/** A product as a shop shows it in a list. */
export interface FoundProduct {
  readonly id: string;
  readonly slug: string;
  readonly productTypeId: string;
  readonly name: string;
  readonly imageUrl: string | null;
  /** Of its cheapest and its dearest variant at this moment. */
  readonly priceFrom: Money;
  readonly priceTo: Money;
}

export interface Facet {
  readonly key: string;
  readonly values: readonly { readonly value: string; readonly count: number }[];
}

export interface SearchSummary {
  /** How many products match; `MOST_COUNTED` for that many and more. */
  readonly total: number;
  /** False: more match, or would but for one filter, than are counted: `facets` and `prices` are those of the first ones. */
  readonly exact: boolean;
  /** For each key how many there would be with each value, by every filter but that key's own. */
  readonly facets: readonly Facet[];
  /** Cheapest and dearest by every filter but the price; null when nothing matches. */
  readonly prices: { readonly from: Money; readonly to: Money } | null;
  /** Words taken instead of those given, because those were found nowhere. */
  readonly corrected: boolean;
}

/** Matches that are looked at one by one: beyond, answers would take longer than a person waits. */
export const MOST_COUNTED = 2_500;
