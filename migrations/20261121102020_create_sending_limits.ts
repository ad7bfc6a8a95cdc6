import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table notifications.suppressions (
      id uuid primary key,
      channel text not null check (channel in ('sms', 'email')),
      address text not null check (char_length(address) between 1 and 320),
      -- 'marketing': the person opted out. 'all': the carrier blocks us or the address is dead.
      category text not null check (category in ('marketing', 'all')),
      reason text not null check (char_length(reason) between 1 and 200),
      created_at timestamptz not null,
      constraint suppressions_once unique (channel, address, category)
    );
    grant select, insert, delete on notifications.suppressions to portico_app;

    -- How much may leave towards one provider on one lane; shared by all processes.
    create table notifications.send_buckets (
      key text primary key,
      tokens double precision not null,
      refilled_at timestamptz not null,
      granted integer not null,
      -- Until then the provider asked us to be silent.
      paused_until timestamptz
    ) with (fillfactor = 50);
    grant select, insert, update on notifications.send_buckets to portico_app;

    -- SMS begun per UTC day, in total and per calling code.
    create table notifications.sms_budgets (
      day date not null,
      scope text not null check (scope = 'total' or scope ~ '^[1-9][0-9]{0,2}$'),
      spent bigint not null check (spent >= 0),
      granted bigint not null,
      primary key (day, scope)
    ) with (fillfactor = 50);
    grant select, insert, update on notifications.sms_budgets to portico_app;
  `);
}
