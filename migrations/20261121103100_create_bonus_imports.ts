import type { Knex } from 'knex';

/** Campaigns, uploaded files as staged lines and chunks of work, and the grants that make "never twice" true. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table rewards.bonus_campaigns (
      id uuid primary key references rewards.accounts (id),
      name text not null,
      coins bigint not null check (coins > 0),
      period_policy text not null check (period_policy in ('once', 'once-per-window')),
      window_seconds integer not null check (window_seconds > 0),
      message_template text not null,
      default_region text not null,
      claim_until timestamptz,
      created_by uuid not null,
      created_at timestamptz not null
    );
    create index bonus_campaigns_newest on rewards.bonus_campaigns (created_at, id);

    -- period_key, coins and message are copied here: a file that crosses a window border still pays under one key.
    create table rewards.bonus_imports (
      id uuid primary key,
      campaign_id uuid not null references rewards.bonus_campaigns (id),
      window_start timestamptz not null,
      period_key text not null,
      sha256 bytea not null check (length(sha256) = 32),
      coins bigint not null,
      message text not null,
      claim_until timestamptz,
      bytes bigint not null,
      phone_column smallint not null check (phone_column > 0),
      has_header boolean not null,
      status text not null check (status in ('crediting', 'finished', 'cancelled')),
      lines integer not null check (lines > 0),
      blank_lines integer not null,
      malformed integer not null,
      credited integer not null default 0 check (credited >= 0),
      pending integer not null default 0 check (pending >= 0),
      duplicate integer not null default 0,
      expired integer not null default 0,
      chunks integer not null,
      open_chunks integer not null check (open_chunks between 0 and chunks),
      created_by uuid not null,
      created_at timestamptz not null,
      progressed_at timestamptz not null,
      finished_at timestamptz,
      constraint bonus_imports_one_per_file unique (campaign_id, window_start, sha256),
      constraint bonus_imports_count_each_line_once check (credited + pending + duplicate + expired + malformed <= lines),
      constraint bonus_imports_finished_means_all check (
        (status = 'crediting') = (open_chunks > 0) and (status = 'finished') = (finished_at is not null)
        and (status <> 'finished' or credited + pending + duplicate + expired + malformed = lines))
    ) with (fillfactor = 50);
    create index bonus_imports_of_campaign on rewards.bonus_imports (campaign_id, created_at, id);
    create index bonus_imports_crediting on rewards.bonus_imports (id) where status = 'crediting';

    -- Staging, the target of COPY. Only refused lines keep their text; a line with a phone is deleted when it is credited.
    create table rewards.bonus_rows (
      import_id uuid not null,
      line integer not null,
      phone text,
      raw text,
      reason text,
      primary key (import_id, line),
      constraint bonus_rows_phone_or_reason check ((phone is null) = (reason is not null and raw is not null))
    );
    create index bonus_rows_refused on rewards.bonus_rows (import_id, line) where reason is not null;

    create table rewards.bonus_chunks (
      import_id uuid not null references rewards.bonus_imports (id),
      n integer not null,
      first_line integer not null,
      last_line integer not null check (last_line >= first_line),
      phones integer not null check (phones > 0),
      state text not null default 'open' check (state in ('open', 'done', 'cancelled')),
      primary key (import_id, n)
    );
    create index bonus_chunks_open on rewards.bonus_chunks (import_id, n) where state = 'open';

    create table rewards.bonus_grants (
      id uuid primary key default uuidv7(),
      campaign_id uuid not null,
      period_key text not null,
      phone text not null,
      user_id uuid,
      amount bigint not null check (amount > 0),
      import_id uuid not null,
      status text not null check (status in ('credited', 'pending', 'duplicate', 'expired')),
      created_at timestamptz not null default now(),
      credited_at timestamptz,
      constraint bonus_grants_once_per_phone unique (campaign_id, period_key, phone),
      constraint bonus_grants_credited_has_user check (
        (status = 'credited') = (user_id is not null) and (status = 'credited') = (credited_at is not null))
    );
    -- Also not by changing numbers.
    create unique index bonus_grants_once_per_user on rewards.bonus_grants (campaign_id, period_key, user_id)
      where user_id is not null;
    create index bonus_grants_pending on rewards.bonus_grants (phone) where status = 'pending';
    create index bonus_grants_pending_of_campaign on rewards.bonus_grants (campaign_id) where status = 'pending';

    grant select, insert on rewards.bonus_campaigns to portico_app;
    grant select, insert, update
      (status, credited, pending, duplicate, expired, open_chunks, progressed_at, finished_at) on rewards.bonus_imports to portico_app;
    grant select, insert, delete, maintain on rewards.bonus_rows to portico_app;
    grant select, insert, update (state) on rewards.bonus_chunks to portico_app;
    grant select, insert (campaign_id, period_key, phone, user_id, amount, import_id, status, credited_at),
      update (user_id, status, credited_at) on rewards.bonus_grants to portico_app;
  `);
}
