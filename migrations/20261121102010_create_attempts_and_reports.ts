import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- One call to a provider about one message. No foreign key: the only statement that inserts attempts takes the message
    -- ids from the rows it has just updated, and the check would cost more than the insert.
    create table notifications.attempts (
      id uuid primary key,
      message_id uuid not null,
      number smallint not null,
      provider text not null,
      request_key uuid not null,
      started_at timestamptz not null,
      finished_at timestamptz,
      outcome text check (outcome in ('accepted', 'rejected', 'throttled', 'unavailable', 'unknown')),
      code text,
      detail text,
      provider_message_id text,
      check ((finished_at is null) = (outcome is null)),
      check ((provider_message_id is not null) = (outcome is not distinct from 'accepted'))
    ) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
    create index attempts_by_message on notifications.attempts (message_id);
    create index attempts_by_provider_message on notifications.attempts (provider, provider_message_id)
      where provider_message_id is not null;
    grant select, insert, update on notifications.attempts to portico_app;

    -- What providers told us afterwards, each report once. Unapplied ones wait for the send call to return.
    create table notifications.reports (
      provider text not null,
      event_key text not null check (char_length(event_key) between 1 and 300),
      provider_message_id text not null,
      message_id uuid,
      state text not null check (state in ('sent', 'delivered', 'undelivered', 'expired')),
      code text,
      occurred_at timestamptz not null,
      received_at timestamptz not null,
      applied_at timestamptz,
      -- The state the message was in when the report was applied: the trail of late truths.
      previous_state text,
      constraint reports_once primary key (provider, event_key),
      check (num_nonnulls(applied_at, message_id, previous_state) in (0, 3))
    );
    create index reports_waiting on notifications.reports (provider, provider_message_id) where applied_at is null;
    create index reports_by_message on notifications.reports (message_id) where message_id is not null;
    -- Delete is for orphans only: reports of messages that were never ours.
    grant select, insert, update, delete on notifications.reports to portico_app;
  `);
}
