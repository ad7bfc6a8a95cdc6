import { statement } from '../../../database/transaction.ts';
import type { Queryable, Statement } from '../../../database/transaction.ts';
import type { CursorPosition } from '../../../shared/cursor.ts';
import { MOST_COUNTED } from './search.ts';
import type { CatalogSearch, SearchSort } from './search.ts';
import type { SearchQueries } from './search-words.ts';

const wordsStatement = statement<{ text: string }>(
  'catalog.search_words',
  `select (plainto_tsquery(catalog.text_config($1), unaccent($2))
     || plainto_tsquery('pg_catalog.simple', unaccent($2)))::text as text`,
);

/** The words as a tsquery: their stems, or the words as they are, such as article numbers. Empty when none is worth it. */
export async function readWords(queryable: Queryable, locale: string, text: string): Promise<string> {
  return (await queryable.query(wordsStatement, [locale, text]))[0]?.text ?? '';
}

const similarStatement = statement<{ text: string | null }>(
  'catalog.search_similar_words',
  `select string_agg('(' || word.query || ')', ' & ' order by word.place) as text
   from (
     select given.place, string_agg(plainto_tsquery(catalog.text_config($1), near.word)::text, ' | ') as query
     from regexp_split_to_table(lower(unaccent($2)), '[^[:alnum:]]+') with ordinality as given (word, place)
     cross join lateral (
       select w.word from catalog.search_words w where w.word % given.word
       order by w.word = given.word desc, similarity(w.word, given.word) desc, w.word limit 3) near
     where given.word <> '' and numnode(plainto_tsquery(catalog.text_config($1), near.word)) > 0
     group by given.place) word`,
);

/** Words of products that look like those given, as a tsquery: for each one of three. Empty when none does. */
export async function readSimilarWords(queryable: Queryable, locale: string, text: string): Promise<string> {
  return (await queryable.query(similarStatement, [locale, text]))[0]?.text ?? '';
}

const belowStatement = statement<{ id: string }>(
  'catalog.list_categories_below',
  `with recursive below as (
     select $1::uuid as id union select c.id from catalog.categories c join below on c.parent_id = below.id)
   select id from below`,
);

/** The category and all below it. */
export async function listCategoriesBelow(queryable: Queryable, id: string): Promise<readonly string[]> {
  return (await queryable.query(belowStatement, [id])).map((row) => row.id);
}

/** A product on a page, as JSON gives it: amounts and sort keys as text. */
export interface FoundRow {
  readonly id: string;
  readonly slug: string;
  readonly productTypeId: string;
  readonly name: string;
  readonly imageUrl: string | null;
  readonly priceMin: string;
  readonly priceMax: string;
  readonly sortKey: string;
}

interface SummaryRow {
  /** At most one more than are counted; `near` too. */
  readonly total: number;
  /** What would match but for one filter. */
  readonly near: number;
  readonly facets: readonly { readonly key: string; readonly value: string; readonly count: number }[] | null;
  readonly priceMin: string | null;
  readonly priceMax: string | null;
  readonly items: readonly FoundRow[] | null;
}

export interface SearchPage {
  readonly limit: number;
  readonly after: CursorPosition | undefined;
}

interface Order {
  /** Of a row, in the type that is compared. */
  readonly key: string;
  readonly type: string;
  readonly descending: boolean;
}

const orders: Readonly<Record<SearchSort, Order>> = {
  relevance: { key: 'rank', type: 'real', descending: true },
  newest: { key: 'listed_at', type: 'timestamptz', descending: true },
  price: { key: 'price_min', type: 'bigint', descending: false },
  '-price': { key: 'price_min', type: 'bigint', descending: true },
};

// Neither has a name, so that PostgreSQL plans each search by what it looks for: a word that is in every product wants another
// plan than one that is in three.
const fitsPrice = '($5::bigint is null or price_max >= $5) and ($6::bigint is null or price_min <= $6)';
const live = 'r.valid_from <= statement_timestamp() and r.valid_until > statement_timestamp()';

function pageOrder({ key, type, descending }: Order, row: string): { after: string; by: string } {
  const [sign, direction] = descending ? ['<', 'desc'] : ['>', 'asc'];
  return {
    after: `($9::text is null or (${row}.${key}, ${row}.product_id) ${sign} ($9::text::${type}, $10::uuid))`,
    by: `${row}.${key} ${direction}, ${row}.product_id ${direction}`,
  };
}

function shownAs(key: string): string {
  return `(select jsonb_agg(jsonb_build_object('id', p.id, 'slug', p.slug, 'productTypeId', p.product_type_id,
       'name', coalesce((select text ->> 'name' from jsonb_array_elements(p.translations) text
          where text ->> 'locale' = $8 or split_part(text ->> 'locale', '-', 1) = split_part($8, '-', 1)
          order by text ->> 'locale' = $8 desc limit 1), p.translations -> 0 ->> 'name'),
       'imageUrl', p.images -> 0 ->> 'url', 'priceMin', i.price_min::text, 'priceMax', i.price_max::text,
       'sortKey', i.${key}::text) order by i.place)
     from item i join catalog.products p on p.id = i.product_id)`;
}

/**
 * What matches, and what would but for one filter: the first gives the page, the total and the counts of facets that nobody
 * filters by, the second adds to the counts of the filter it fails, or to the range of prices.
 */
function summaryText(sort: SearchSort): string {
  const order = pageOrder(orders[sort], 'h');
  const row = `r.product_id, r.price_min, r.price_max, r.listed_at, r.facets`;
  return `with match as materialized (
     select ${row}, ${sort === 'relevance' ? 'ts_rank(r.doc, $2::tsquery)' : '$2::text'} as rank
     from catalog.search_rows r
     where r.doc @@ $1::tsquery and ${live} and ${fitsPrice}
     limit ${MOST_COUNTED + 1}),
   near as materialized (
     select ${row}, ${fitsPrice} as fits, array(
       select f.place::int from unnest($3::text[]) with ordinality f (query, place) where not r.doc @@ f.query::tsquery) as failed
     from catalog.search_rows r
     where (cardinality($3::text[]) > 0 or $5::bigint is not null or $6::bigint is not null)
       and r.doc @@ $11::tsquery and ${live} and (r.doc @@ $1::tsquery) <> (${fitsPrice})
     limit ${MOST_COUNTED + 1}),
   hit as (
     select price_min, price_max, facets, true as fits, 0 as failed from match
     union all
     select price_min, price_max, facets, fits, coalesce(failed[1], 0) from near
     where cardinality(failed) = case when fits then 1 else 0 end),
   tally as (
     select facet, failed, count(*)::int as n from (select unnest(facets) as facet, failed from hit where fits) told
     group by facet, failed),
   facet as (
     select split_part(facet, '=', 1) as key, substr(facet, strpos(facet, '=') + 1) as value, sum(n)::int as count
     from tally
     where failed = 0 or failed = array_position($4::text[], split_part(facet, '=', 1))
     group by facet),
   item as (
     select h.*, row_number() over (order by ${order.by}) as place
     from match h where ${order.after}
     order by ${order.by} limit $7)
   select (select count(*) from match)::int as total, (select count(*) from near)::int as near,
     (select jsonb_agg(jsonb_build_object('key', key, 'value', value, 'count', count) order by key, count desc, value)
      from facet) as facets,
     (select min(price_min)::text from hit where failed = 0) as "priceMin",
     (select max(price_max)::text from hit where failed = 0) as "priceMax",
     ${shownAs(orders[sort].key)} as items`;
}

/** A page of more matches than are looked at, along the index of its order. */
function pageText(sort: Exclude<SearchSort, 'relevance'>): string {
  const order = pageOrder(orders[sort], 'r');
  return `with item as (
     select r.product_id, r.price_min, r.price_max, r.listed_at, row_number() over (order by ${order.by}) as place
     from catalog.search_rows r
     where r.doc @@ $1::tsquery and ${live} and r.channel = $3 and r.currency = $4 and ${fitsPrice}
       and $2::text is not null and ${order.after}
     order by ${order.by} limit $7)
   select ${shownAs(orders[sort].key)} as items`;
}

const summaries = forEachSort((sort) => statement<SummaryRow>('', summaryText(sort)));
const pages = forEachSort((sort) =>
  statement<Pick<SummaryRow, 'items'>>('', pageText(sort === 'relevance' ? 'newest' : sort)),
);

function forEachSort<Row>(make: (sort: SearchSort) => Statement<Row>): Readonly<Record<SearchSort, Statement<Row>>> {
  const entries = Object.keys(orders).map((sort) => [sort, make(sort as SearchSort)]);
  return Object.fromEntries(entries) as Record<SearchSort, Statement<Row>>;
}

/** Counts, prices and one page of what matches, of the first `MOST_COUNTED` + 1 at most. */
export async function summarise(
  queryable: Queryable,
  { sort, locale, priceFrom, priceTo }: CatalogSearch,
  { strict, relaxed, filters, keys }: SearchQueries,
  text: string,
  { limit, after }: SearchPage,
): Promise<SummaryRow> {
  const page = [limit, locale, after?.key, after?.id];
  const values = [strict, text, filters, keys, priceFrom, priceTo, ...page, relaxed];
  const [row] = await queryable.query(summaries[sort], values);
  if (row === undefined) throw new Error('A statement without from gave no row.');
  return row;
}

/** One page of what matches, however much that is. */
export async function findPage(
  queryable: Queryable,
  { sort, locale, channel, currency, priceFrom, priceTo }: CatalogSearch,
  { strict }: SearchQueries,
  { limit, after }: SearchPage,
): Promise<readonly FoundRow[]> {
  const page = [limit, locale, after?.key, after?.id];
  const [row] = await queryable.query(pages[sort], [strict, '', channel, currency, priceFrom, priceTo, ...page]);
  return row?.items ?? [];
}

const indexStatement = statement('catalog.index_products', 'select catalog.index_products($1::uuid[])');

/** Writes what the search knows of these products anew, in the transaction that changed them and holds their rows. */
export async function indexProducts(queryable: Queryable, ids: readonly string[]): Promise<void> {
  await queryable.query(indexStatement, [ids]);
}

const ofTypeStatement = statement<{ id: string }>(
  'catalog.lock_products_of_type',
  `select id from catalog.products where product_type_id = $1 and ($2::uuid is null or id > $2) order by id limit 200
   for no key update`,
);

/** Holds the next 200 products of a type until the transaction ends. @returns their ids, in order */
export async function lockProductsOfType(
  queryable: Queryable,
  productTypeId: string,
  after: string | null,
): Promise<readonly string[]> {
  return (await queryable.query(ofTypeStatement, [productTypeId, after])).map(({ id }) => id);
}
