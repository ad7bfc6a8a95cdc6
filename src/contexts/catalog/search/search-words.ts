import type { CatalogSearch } from './search.ts';

/** A word in quotes, as PostgreSQL reads it inside of a tsquery. */
function quoted(word: string): string {
  return `'${word.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

const all = (parts: readonly string[]): string => parts.map((part) => `(${part})`).join(' & ');
const any = (parts: readonly string[]): string => parts.map((part) => `(${part})`).join(' | ');

export interface SearchQueries {
  /** What everything found must have: words, currency, channel, category. */
  readonly base: string;
  /** The filters, one by one, in the order of `keys`. */
  readonly filters: readonly string[];
  readonly keys: readonly string[];
  /** The base and all filters. */
  readonly strict: string;
  /** The base and all filters but any one: what the counts of facets are made of. */
  readonly relaxed: string;
}

/**
 * The search as tsqueries over `search_rows.doc`, where filters are words like any other: one index finds all of it.
 *
 * @param text the words as a tsquery; empty for none
 * @param categoryIds any of them; empty for everywhere
 */
export function searchQueries(
  { currency, channel, filters }: Pick<CatalogSearch, 'currency' | 'channel' | 'filters'>,
  text: string,
  categoryIds: readonly string[],
): SearchQueries {
  const keys = [...filters.keys()];
  const each = keys.map((key) => any((filters.get(key) ?? []).map((value) => quoted(`#f:${key}=${value}`))));
  const base = all([
    quoted(`#s:${currency}:${channel}`),
    ...(text === '' ? [] : [text]),
    ...(categoryIds.length === 0 ? [] : [any(categoryIds.map((id) => quoted(`#c:${id}`)))]),
  ]);
  const without = keys.map((_, left) => all([base, ...each.filter((__, at) => at !== left)]));
  return {
    ...{ base, keys, filters: each },
    strict: all([base, ...each]),
    relaxed: keys.length === 0 ? base : any(without),
  };
}
