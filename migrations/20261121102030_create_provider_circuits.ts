import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Circuits that are not closed, as each process sees them: what makes a provider stand still is visible from all others.
    create table notifications.provider_circuits (
      channel text not null check (channel in ('sms', 'email')),
      provider text not null,
      process text not null check (char_length(process) between 1 and 200),
      state text not null check (state in ('open', 'probing')),
      reason text not null,
      changed_at timestamptz not null,
      primary key (channel, provider, process)
    );
    grant select, insert, update, delete on notifications.provider_circuits to portico_app;
  `);
}
