import type { Knex } from 'knex';

/** Machine clients and their secrets: at most two each, which the slots keep so whoever adds them at once. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
create table identity.clients (
  id uuid primary key,
  name text not null,
  scopes text[] not null,
  disabled boolean not null default false,
  version integer not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  constraint clients_may_something check (cardinality(scopes) >= 1)
);

create table identity.client_secrets (
  id uuid primary key,
  client_id uuid not null references identity.clients on delete cascade,
  slot smallint not null,
  secret_hash bytea not null,
  hint text not null,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  last_used_at timestamptz,
  constraint client_secrets_two_at_most check (slot in (1, 2)),
  constraint client_secrets_one_per_slot unique (client_id, slot)
);

grant select, insert, update, delete on identity.clients, identity.client_secrets to portico_app;
`);
}
