import type { Knex } from 'knex';

/** What providers say currencies are worth, day by day; what was let in of it never changes. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create schema exchange_rates;
    grant usage on schema exchange_rates to portico_app;

    -- Append-only: the application may neither change nor delete. A correction is a later row of the same day; the latest counts.
    create table exchange_rates.rates (
      provider text not null check (provider ~ '^[a-z][a-z0-9-]{0,30}$'),
      base text not null check (base ~ '^[A-Z]{3}$'),
      quote text not null check (quote ~ '^[A-Z]{3}$'),
      rate_date date not null,
      -- Units of quote for one unit of base. The base itself stands in its table at 1.
      rate numeric(24, 12) not null check (rate > 0),
      fetched_at timestamptz not null,
      constraint rates_base_at_par check (base <> quote or rate = 1),
      primary key (quote, rate_date, provider, base, fetched_at)
    );
    create index rates_of_provider on exchange_rates.rates (provider, rate_date);
    grant select, insert on exchange_rates.rates to portico_app;

    -- Rates that moved too far within a day to be believed without a person.
    create table exchange_rates.quarantined_rates (
      id uuid primary key,
      provider text not null,
      base text not null,
      quote text not null,
      rate_date date not null,
      rate numeric(24, 12) not null check (rate > 0),
      fetched_at timestamptz not null,
      -- What it was compared with.
      reference_rate numeric(24, 12) not null,
      reference_date date not null,
      released_at timestamptz,
      released_by uuid,
      constraint quarantined_rates_released_by_somebody check ((released_at is null) = (released_by is null)),
      -- Asked for again, the same suspicion is not raised twice.
      unique (provider, base, quote, rate_date, rate)
    );
    create index quarantined_rates_open on exchange_rates.quarantined_rates (id) where released_at is null;
    grant select, insert, update (released_at, released_by) on exchange_rates.quarantined_rates to portico_app;

    -- One row per question to a provider.
    create table exchange_rates.fetches (
      id uuid primary key,
      -- What a person asked for gets this; null where the schedule did.
      request_id uuid,
      provider text not null,
      asked_date date,
      outcome text not null check (outcome in ('stored', 'unchanged', 'no-rates', 'failed')),
      as_of date,
      stored integer not null default 0 check (stored >= 0),
      quarantined integer not null default 0 check (quarantined >= 0),
      detail text,
      began_at timestamptz not null,
      ended_at timestamptz not null,
      constraint fetches_day_of_answer check ((outcome in ('stored', 'unchanged')) = (as_of is not null))
    );
    create index fetches_by_time on exchange_rates.fetches (ended_at);
    grant select, insert, delete on exchange_rates.fetches to portico_app;
  `);
}
