import type { Knex } from 'knex';

/** What the search of the catalog reads: written with the products, so that it never lags (docs/decisions/0092). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create extension if not exists pg_trgm;
    create extension if not exists unaccent;

    -- How the words of a language are brought to their stems; languages without a stemmer keep theirs.
    create function catalog.text_config(locale text) returns regconfig language sql immutable parallel safe as $$
      select case split_part(locale, '-', 1)
        when 'ar' then 'pg_catalog.arabic' when 'da' then 'pg_catalog.danish' when 'de' then 'pg_catalog.german'
        when 'el' then 'pg_catalog.greek' when 'en' then 'pg_catalog.english' when 'es' then 'pg_catalog.spanish'
        when 'fi' then 'pg_catalog.finnish' when 'fr' then 'pg_catalog.french' when 'hu' then 'pg_catalog.hungarian'
        when 'id' then 'pg_catalog.indonesian' when 'it' then 'pg_catalog.italian' when 'nl' then 'pg_catalog.dutch'
        when 'no' then 'pg_catalog.norwegian' when 'pt' then 'pg_catalog.portuguese' when 'ro' then 'pg_catalog.romanian'
        when 'ru' then 'pg_catalog.russian' when 'sr' then 'pg_catalog.serbian' when 'sv' then 'pg_catalog.swedish'
        when 'tr' then 'pg_catalog.turkish' else 'pg_catalog.simple' end::regconfig
    $$;
    create aggregate catalog.tsvector_agg (tsvector) (sfunc = tsvector_concat, stype = tsvector, initcond = '');

    -- One row per product, currency, channel and stretch of time in which neither its prices nor its being published change.
    create table catalog.search_rows (
      product_id uuid not null references catalog.products on delete cascade,
      currency char(3) not null,
      channel text not null,
      valid_from timestamptz not null,
      valid_until timestamptz not null,
      listed_at timestamptz not null,
      -- Of its variants.
      price_min bigint not null,
      price_max bigint not null,
      -- key=value of what can be filtered by
      facets text[] not null,
      -- Stems of its texts in all its languages, and as words that no text has (they begin with #): #s:<currency>:<channel>,
      -- #c:<category>, #f:<key>=<value>. So one index answers text and filters together.
      doc tsvector not null,
      primary key (product_id, currency, channel, valid_from)
    );
    -- No pending list: readers would have to search it.
    create index search_rows_doc on catalog.search_rows using gin (doc) with (fastupdate = off);
    create index search_rows_by_price on catalog.search_rows (channel, currency, price_min, product_id);
    create index search_rows_by_age on catalog.search_rows (channel, currency, listed_at, product_id);
    grant select, insert, delete on catalog.search_rows to portico_app;

    -- Every word that a product's name ever had, for typing errors.
    create table catalog.search_words (word text primary key);
    create index search_words_similar on catalog.search_words using gin (word gin_trgm_ops);
    grant select, insert on catalog.search_words to portico_app;

    -- The texts of a product as one vector. Descriptions are cut: what stands behind 1,000 characters is not found.
    create function catalog.product_vector(translations jsonb, attributes jsonb) returns tsvector
    language sql stable parallel safe as $$
      select catalog.tsvector_agg(
        setweight(to_tsvector(config, unaccent(text ->> 'name')), 'A')
        || setweight(to_tsvector(config, unaccent(said.words)), 'B')
        || strip(to_tsvector(config, unaccent(left(text ->> 'description', 1000)))))
      from jsonb_array_elements(translations) text
      cross join lateral (select catalog.text_config(text ->> 'locale') as config) c
      cross join (
        -- What is written in texts and named by choices.
        select coalesce(string_agg(word, ' '), '') as words
        from jsonb_each(attributes) a (key, value)
        cross join lateral jsonb_array_elements_text(
          case jsonb_typeof(a.value) when 'array' then a.value when 'string' then jsonb_build_array(a.value) else '[]' end) word
      ) said
    $$;

    -- Writes what the search knows of these products anew. Whoever calls holds their rows.
    create function catalog.index_products(ids uuid[]) returns void language sql as $$
      delete from catalog.search_rows where product_id = any (ids);

      insert into catalog.search_words (word)
      select distinct word from catalog.products p
        cross join lateral jsonb_array_elements(p.translations) text
        cross join lateral unnest(tsvector_to_array(to_tsvector('pg_catalog.simple', unaccent(text ->> 'name')))) word
      where p.id = any (ids) and char_length(word) between 3 and 40
      order by word on conflict do nothing;

      insert into catalog.search_rows (product_id, currency, channel, valid_from, valid_until, listed_at, price_min, price_max,
        facets, doc)
      with priced as (
        select v.product_id, v.id as variant_id, v.options, pr.currency, pr.channel, pr.amount_minor,
          coalesce(lower(pr.valid), '-infinity') as since, coalesce(upper(pr.valid), 'infinity') as until
        from catalog.variants v join catalog.prices pr on pr.variant_id = v.id
        where v.product_id = any (ids)),
      moment as (
        select product_id, currency, channel, since as at from priced
        union select product_id, currency, channel, until from priced
        union select p.id, s.currency, s.channel, t.at from catalog.products p
          join (select distinct product_id, currency, channel from priced) s on s.product_id = p.id
          cross join lateral (values (p.published_from), (coalesce(p.published_until, 'infinity'))) t (at)
          where p.published_from is not null),
      stretch as (
        select product_id, currency, channel, at as since, lead(at) over (partition by product_id, currency, channel order by at) as until
        from moment),
      offer as (
        select s.product_id, s.currency, s.channel, s.since, s.until, min(pr.amount_minor) as price_min,
          max(pr.amount_minor) as price_max, array_agg(distinct pr.variant_id) as variant_ids
        from stretch s join priced pr on pr.product_id = s.product_id and pr.currency = s.currency and pr.channel = s.channel
          and pr.since <= s.since and pr.until >= s.until
        where s.until is not null and s.until > now()
        group by 1, 2, 3, 4, 5),
      attribute as (
        select p.id as product_id, array_agg(distinct (d ->> 'key') || '=' || taken.choice) as facets
        from catalog.products p join catalog.product_types t on t.id = p.product_type_id
        cross join lateral jsonb_array_elements(t.attributes) d
        cross join lateral jsonb_array_elements_text(case jsonb_typeof(p.attributes -> (d ->> 'key'))
          when 'array' then p.attributes -> (d ->> 'key') else jsonb_build_array(p.attributes -> (d ->> 'key')) end) taken (choice)
        where p.id = any (ids) and (d ->> 'facet')::boolean and jsonb_exists(p.attributes, d ->> 'key')
        group by p.id),
      placed as (
        select product_id, array_agg('#c:' || category_id) as words from catalog.product_categories
        where product_id = any (ids) group by product_id),
      numbered as (
        select product_id, to_tsvector('pg_catalog.simple', string_agg(sku, ' ')) as skus from catalog.variants
        where product_id = any (ids) group by product_id)
      select o.product_id, o.currency, o.channel, o.since, o.until, p.published_from, o.price_min, o.price_max, f.facets,
        array_to_tsvector(array['#s:' || o.currency || ':' || o.channel] || coalesce(placed.words, '{}')
          || array(select '#f:' || facet from unnest(f.facets) facet))
        || catalog.product_vector(p.translations, p.attributes) || setweight(numbered.skus, 'B')
      from offer o
      join catalog.products p on p.id = o.product_id and o.since >= p.published_from
        and o.until <= coalesce(p.published_until, 'infinity')
      join numbered on numbered.product_id = o.product_id
      left join attribute on attribute.product_id = o.product_id
      left join placed on placed.product_id = o.product_id
      cross join lateral (
        select coalesce(attribute.facets, '{}') || array(
          select distinct e.key || '=' || e.value from catalog.variants v cross join lateral jsonb_each_text(v.options) e
          where v.id = any (o.variant_ids)) as facets) f;
    $$;
    -- For products that were there before the search.
    select catalog.index_products(array(select id from catalog.products));
  `);
}
