import type { Knex } from 'knex';

/** Orders as streams of events, what is shown of them, carts, and what totals are made of (docs/decisions/0100, 0101). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create schema orders;
    grant usage on schema orders to portico_app;

    create table orders.tax_rates (
      -- ISO 3166 alpha-2, or ** for every country without a row of its own.
      country char(2) not null,
      tax_class text not null check (tax_class in ('standard', 'reduced', 'zero', 'exempt')),
      basis_points integer not null check (basis_points between 0 and 10000),
      primary key (country, tax_class)
    );
    grant select, insert, delete on orders.tax_rates to portico_app;

    create table orders.shipping_methods (
      code text primary key check (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
      name text not null,
      tax_class text not null check (tax_class in ('standard', 'reduced', 'zero', 'exempt')),
      active boolean not null,
      -- [{currency, amount}]
      prices jsonb not null check (jsonb_typeof(prices) = 'array'),
      version bigint not null default 1
    );
    grant select, insert, update on orders.shipping_methods to portico_app;

    create table orders.coupons (
      id uuid primary key,
      code text not null constraint coupons_code unique,
      -- Exactly one of the two.
      basis_points integer check (basis_points between 1 and 10000),
      amount_minor bigint check (amount_minor > 0),
      currency char(3),
      minimum_minor bigint not null check (minimum_minor >= 0),
      once_per_customer boolean not null,
      max_uses integer check (max_uses > 0),
      uses integer not null default 0,
      valid_from timestamptz,
      valid_until timestamptz,
      version bigint not null default 1,
      created_at timestamptz not null,
      constraint coupons_worth check ((basis_points is null) <> (amount_minor is null)),
      constraint coupons_currency check (currency is not null or (amount_minor is null and minimum_minor = 0)),
      constraint coupons_valid_forwards check (valid_until > valid_from),
      constraint coupons_uses check (uses >= 0 and uses <= max_uses)
    );
    create index coupons_newest on orders.coupons (created_at, id);
    grant select, insert, update on orders.coupons to portico_app;

    create table orders.coupon_redemptions (
      coupon_id uuid not null references orders.coupons,
      order_id uuid not null,
      customer_id uuid not null,
      once boolean not null,
      primary key (coupon_id, order_id)
    );
    create unique index coupon_redemptions_once on orders.coupon_redemptions (coupon_id, customer_id) where once;
    create index coupon_redemptions_of_order on orders.coupon_redemptions (order_id);
    grant select, insert, delete on orders.coupon_redemptions to portico_app;

    create table orders.carts (
      customer_id uuid not null,
      currency char(3) not null,
      channel text not null,
      -- [{variantId, quantity}]
      lines jsonb not null check (jsonb_array_length(lines) <= 100),
      version bigint not null,
      updated_at timestamptz not null,
      primary key (customer_id, currency, channel)
    );
    grant select, insert, update, delete on orders.carts to portico_app;

    -- One row. Whoever takes a number holds it until the end of its transaction, so that no number is lost.
    create table orders.counters (name text primary key, last bigint not null);
    insert into orders.counters (name, last) values ('order', 0);
    grant select, update (last) on orders.counters to portico_app;

    -- What happened to each order, for ever. The key is the lock: two who decide by the same version cannot both write.
    create table orders.order_events (
      order_id uuid not null,
      version integer not null check (version > 0),
      id uuid not null constraint order_events_id unique,
      type text not null,
      -- Of the shape of data: old ones are read as they were written.
      schema_version smallint not null,
      data jsonb not null,
      at timestamptz not null,
      actor_type text not null check (actor_type in ('user', 'client', 'system')),
      actor_id uuid,
      constraint order_events_version primary key (order_id, version),
      constraint order_events_actor check ((actor_type = 'system') = (actor_id is null))
    );
    grant select, insert on orders.order_events to portico_app;
    create function orders.refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception '% is only added to', tg_table_name using errcode = 'restrict_violation';
    end $$;
    create trigger order_events_append_only before update or delete or truncate on orders.order_events
      for each statement execute function orders.refuse_change();

    -- What is shown of an order: its events, applied. Written with them, and made anew from them by "portico orders".
    create table orders.orders (
      id uuid primary key,
      number bigint not null constraint orders_number unique,
      customer_id uuid not null,
      state text not null,
      currency char(3) not null,
      total_minor bigint not null check (total_minor between 0 and 9007199254740991),
      fingerprint text not null,
      duplicate_confirmed boolean not null,
      version integer not null,
      placed_at timestamptz not null,
      editable_until timestamptz not null,
      duplicate_until timestamptz not null,
      -- All of it.
      body jsonb not null,
      constraint orders_not_twice exclude using gist (customer_id with =, fingerprint with =,
        tstzrange(placed_at, duplicate_until) with &&) where (not duplicate_confirmed and state <> 'cancelled')
    ) with (fillfactor = 80);
    create index orders_newest on orders.orders (placed_at, id);
    create index orders_of_customer on orders.orders (customer_id, placed_at, id);
    create index orders_by_state on orders.orders (state, placed_at, id);
    grant select, insert, update on orders.orders to portico_app;

    -- Where it goes: the one table here that says who somebody is.
    create table orders.addresses (
      order_id uuid primary key,
      customer_id uuid not null,
      recipient text not null,
      phone text,
      -- PostalAddress
      address jsonb not null,
      -- What the geocoder said of it; null until it was asked.
      located jsonb
    );
    create index addresses_of_customer on orders.addresses (customer_id);
    grant select, insert, delete, update (recipient, phone, address, located) on orders.addresses to portico_app;

    -- What was asked of the payments, and until when it is waited for.
    create table orders.payments (
      order_id uuid primary key,
      payment_id uuid,
      due_at timestamptz
    );
    create index payments_due on orders.payments (due_at) where due_at is not null;
    grant select, insert, update (payment_id, due_at) on orders.payments to portico_app;

    -- Events that no reader has asked for yet. They get their place in the feed when they are committed, never before: a
    -- sequence taken at the insert would let a reader pass by those that commit late.
    create table orders.unnumbered_events (
      event_id uuid primary key,
      order_id uuid not null,
      version integer not null,
      at timestamptz not null
    );
    grant select, insert, delete on orders.unnumbered_events to portico_app;
    create table orders.changes (
      position bigint primary key,
      event_id uuid not null unique,
      order_id uuid not null,
      version integer not null
    );
    grant select, insert on orders.changes to portico_app;
  `);
}
