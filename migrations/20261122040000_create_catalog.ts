import type { Knex } from 'knex';

/** Kinds of products, products, variants, prices, and the tree they stand in (docs/decisions/0090). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create schema catalog;
    grant usage on schema catalog to portico_app;
    -- Trusted since PostgreSQL 13: whoever owns the database may create it.
    create extension if not exists btree_gist;

    create table catalog.product_types (
      id uuid primary key,
      code text not null constraint product_types_code unique check (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
      name text not null,
      -- [{key, kind, label, required, facet, choices}]
      attributes jsonb not null check (jsonb_typeof(attributes) = 'array'),
      version bigint not null default 1,
      created_at timestamptz not null,
      updated_at timestamptz not null
    );
    create index product_types_newest on catalog.product_types (created_at, id);
    grant select, insert, update (name, attributes, version, updated_at) on catalog.product_types to portico_app;

    -- What is wrong with a product's attributes ({key: value}) by its type's definitions; no row when they fit. The one place
    -- that says what fits: asked before a write for the refusal, by the trigger below, and for the misfits of a changed type.
    create function catalog.attribute_faults(attributes jsonb, definitions jsonb) returns table (key text, fault text)
    language sql immutable parallel safe as $$
      select a.key, 'is no attribute of this product type' from jsonb_object_keys(attributes) a (key)
      where not exists (select from jsonb_array_elements(definitions) d where d ->> 'key' = a.key)
      union all
      select f.key, f.fault from (
        select d ->> 'key' as key, case
          when given.value is null then case when (d ->> 'required')::boolean then 'is required' end
          when d ->> 'kind' = 'text' then case when jsonb_typeof(given.value) <> 'string' then 'must be a text' end
          when d ->> 'kind' = 'number' then case when jsonb_typeof(given.value) <> 'number' then 'must be a number' end
          when d ->> 'kind' = 'flag' then case when jsonb_typeof(given.value) <> 'boolean' then 'must be a flag' end
          when jsonb_typeof(given.value) <> 'array' then 'must be a choice'
          when not given.value <@ (d -> 'choices') then 'is not among the choices'
        end as fault
        from jsonb_array_elements(definitions) d
        left join lateral (select attributes -> (d ->> 'key') as value) given on true
      ) f where f.fault is not null
    $$;

    create table catalog.categories (
      id uuid primary key,
      parent_id uuid references catalog.categories,
      slug text not null constraint categories_slug unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
      -- [{locale, name}], the first for everybody else
      names jsonb not null check (jsonb_array_length(names) > 0),
      position integer not null check (position >= 0),
      version bigint not null default 1,
      created_at timestamptz not null,
      constraint categories_not_below_itself check (parent_id <> id)
    );
    create index categories_by_parent on catalog.categories (parent_id);
    create index categories_by_time on catalog.categories (created_at, id);
    grant select, insert, delete, update (parent_id, slug, names, position, version) on catalog.categories to portico_app;

    create table catalog.products (
      id uuid primary key,
      slug text not null constraint products_slug unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
      product_type_id uuid not null references catalog.product_types,
      -- [{locale, name, description}], the first for everybody else
      translations jsonb not null check (jsonb_array_length(translations) > 0),
      -- {key: value}
      attributes jsonb not null check (jsonb_typeof(attributes) = 'object'),
      -- [{key, label, values}]
      options jsonb not null check (jsonb_array_length(options) <= 3),
      -- [{url, alt}]
      images jsonb not null check (jsonb_typeof(images) = 'array'),
      tax_class text not null check (tax_class in ('standard', 'reduced', 'zero', 'exempt')),
      -- Whether it is published is read from these by the clock: no job can be late.
      published_from timestamptz,
      published_until timestamptz,
      version bigint not null default 1,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      constraint products_published_forwards check (published_until > published_from)
    );
    create index products_newest on catalog.products (created_at, id);
    create index products_of_type on catalog.products (product_type_id, created_at, id);
    grant select, insert, delete, update on catalog.products to portico_app;

    create function catalog.require_fitting_attributes() returns trigger language plpgsql as $$
    declare
      misfit record;
    begin
      select f.key, f.fault into misfit
      from catalog.product_types t, catalog.attribute_faults(new.attributes, t.attributes) f
      where t.id = new.product_type_id limit 1;
      if found then
        raise exception 'attribute % of product %: %', misfit.key, new.id, misfit.fault
          using errcode = 'check_violation', constraint = 'products_attributes_fit';
      end if;
      return new;
    end $$;
    -- Only when they change: a product that a changed type left behind can still be taken back.
    create trigger products_attributes_fit before insert or update of attributes, product_type_id on catalog.products
      for each row execute function catalog.require_fitting_attributes();

    create table catalog.product_categories (
      product_id uuid not null references catalog.products on delete cascade,
      category_id uuid not null constraint product_categories_category references catalog.categories,
      primary key (product_id, category_id)
    );
    create index product_categories_by_category on catalog.product_categories (category_id);
    grant select, insert, delete on catalog.product_categories to portico_app;

    create table catalog.variants (
      id uuid primary key,
      product_id uuid not null references catalog.products on delete cascade,
      sku text not null constraint variants_sku unique,
      -- {key: value}: one value for each option of the product
      options jsonb not null check (jsonb_typeof(options) = 'object'),
      image_url text,
      low_stock_at integer check (low_stock_at >= 0),
      version bigint not null default 1,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      constraint variants_differ unique (product_id, options)
    );
    grant select, insert, delete, update (sku, options, image_url, low_stock_at, version, updated_at)
      on catalog.variants to portico_app;

    create table catalog.prices (
      variant_id uuid not null references catalog.variants on delete cascade,
      currency char(3) not null,
      channel text not null,
      valid tstzrange not null,
      amount_minor bigint not null
        constraint prices_amount check (amount_minor between 0 and 9007199254740991),
      constraint prices_valid check (not isempty(valid) and not upper_inc(valid)),
      constraint prices_do_not_overlap exclude using gist (variant_id with =, currency with =, channel with =, valid with &&)
    );
    grant select, insert, delete on catalog.prices to portico_app;
  `);
}
