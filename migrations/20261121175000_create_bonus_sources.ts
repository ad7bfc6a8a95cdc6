import type { Knex } from 'knex';

/** What was taken from configured sources of numbers, and every look at them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- One row per source that was ever looked at: its row lock lets one poll at a time decide.
    create table rewards.bonus_sources (
      name text primary key,
      failures integer not null default 0 check (failures >= 0),
      -- Not looked at before, after failures.
      retry_at timestamptz,
      polled_at timestamptz
    ) with (fillfactor = 50);
    grant select, insert, update (failures, retry_at, polled_at) on rewards.bonus_sources to portico_app;

    -- The last version taken of each file. Written by the transaction that imports it: neither is there without the other.
    create table rewards.bonus_source_files (
      source text not null references rewards.bonus_sources (name),
      name text not null check (char_length(name) between 1 and 1000),
      version text not null,
      -- Null when it was refused before its end.
      sha256 bytea check (length(sha256) = 32),
      taken_at timestamptz not null,
      primary key (source, name)
    );
    grant select, insert, update (version, sha256, taken_at) on rewards.bonus_source_files to portico_app;

    create table rewards.bonus_source_polls (
      id uuid primary key,
      source text not null references rewards.bonus_sources (name),
      outcome text not null
        check (outcome in ('imported', 'late', 'overlapping', 'duplicate', 'unchanged', 'refused', 'failed')),
      reason text,
      detail text,
      file text,
      window_start timestamptz,
      import_id uuid,
      began_at timestamptz not null,
      ended_at timestamptz not null,
      constraint bonus_source_polls_reason_of_trouble check ((outcome in ('refused', 'failed')) = (reason is not null)),
      constraint bonus_source_polls_import_of_file
        check ((outcome in ('imported', 'late', 'overlapping')) <= (import_id is not null and window_start is not null))
    );
    create index bonus_source_polls_of_source on rewards.bonus_source_polls (source, id);
    create index bonus_source_polls_by_time on rewards.bonus_source_polls (ended_at);
    grant select, insert, delete on rewards.bonus_source_polls to portico_app;
  `);
}
