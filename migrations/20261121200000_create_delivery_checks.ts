import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Messages whose provider is asked what became of them. No foreign key: the only statement that inserts takes the ids
    -- from rows it has just updated, and messages are never deleted.
    create table notifications.delivery_checks (
      message_id uuid primary key,
      provider text not null,
      -- Our key of the sending: finds it where the answer of the send call was lost.
      reference uuid not null,
      provider_message_id text,
      handed_over_at timestamptz not null,
      due_at timestamptz not null,
      checks smallint not null default 0 check (checks >= 0)
    ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
    create index delivery_checks_due on notifications.delivery_checks (provider, due_at);
    create index delivery_checks_by_provider_message on notifications.delivery_checks (provider, provider_message_id)
      where provider_message_id is not null;
    grant select, insert, update, delete on notifications.delivery_checks to portico_app;
  `);
}
