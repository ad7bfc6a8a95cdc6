import type { Question } from './questions.ts';

/** As many as Portico looks at. */
const MOST = 2_501;

/**
 * The same answer by one statement that somebody wrote for just this question: every value stands in it, and each facet that is
 * filtered by is counted by a look of its own at what the other filters leave.
 */
export function statementFor({ text, filters, priceTo, sort }: Question): string {
  const words = text === undefined ? '' : ` && plainto_tsquery('english', '${text}')`;
  const each = Object.entries(filters).map(([key, values]) => ({
    key,
    query: `(${values.map((value) => `'#f:${key}=${value}'`).join(' | ')})`,
  }));
  const price = priceTo === undefined ? 'true' : `price_min <= ${priceTo}`;
  const others = (left: string): string => {
    const queries = each.flatMap(({ key, query }) => (key === left ? [] : [query]));
    return `doc @@ ($$'#s:EUR:web'$$::tsquery${words}${queries.map((query) => ` && $$${query}$$::tsquery`).join('')})
      and valid_from <= now() and valid_until > now()`;
  };
  const orders = {
    relevance: 'rank desc, product_id desc',
    newest: 'listed_at desc, product_id desc',
    price: 'price_min, product_id',
  };
  const rank = sort === 'relevance' ? `ts_rank(doc, plainto_tsquery('english', '${text}'))` : '0';
  const facets = each.map(
    ({ key }) => `select facet, count(*) from (
        select facets from catalog.search_rows where ${others(key)} and ${price} limit ${MOST}) own, unnest(facets) facet
      where facet like '${key}=%' group by facet`,
  );
  const keys = Object.keys(filters).join();
  const range =
    priceTo === undefined ? 'hit' : `(select * from catalog.search_rows where ${others('')} limit ${MOST}) every`;
  return `with hit as materialized (
      select product_id, price_min, price_max, listed_at, facets, ${rank} as rank from catalog.search_rows
      where ${others('')} and ${price} limit ${MOST}),
    facet as (
      select facet, count(*) from hit, unnest(facets) facet
      where split_part(facet, '=', 1) <> all ('{${keys}}') group by facet
      ${facets.map((one) => `union all ${one}`).join(' ')}),
    item as (select * from hit order by ${orders[sort]} limit 24)
    select (select count(*) from hit) as total, (select min(price_min) from ${range}) as low,
      (select max(price_max) from ${range}) as high, (select jsonb_agg(facet) from facet) as facets,
      (select jsonb_agg(jsonb_build_object('id', p.id, 'slug', p.slug, 'name', p.translations -> 0 ->> 'name', 'image',
         p.images -> 0 ->> 'url', 'from', i.price_min, 'to', i.price_max))
       from item i join catalog.products p on p.id = i.product_id) as items`;
}
