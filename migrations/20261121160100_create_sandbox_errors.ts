import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- What the sandbox error tracker was told: the latest only, texts masked before they come here.
    create table platform.sandbox_errors (
      id uuid primary key,
      name text not null check (char_length(name) between 1 and 200),
      message text not null check (char_length(message) <= 1000),
      stack text not null check (char_length(stack) <= 10000),
      fatal boolean not null,
      operation text check (char_length(operation) <= 100),
      job text check (char_length(job) <= 100),
      request_id uuid,
      correlation_id text check (char_length(correlation_id) <= 128),
      trace_id text check (trace_id ~ '^[0-9a-f]{32}$'),
      user_id uuid,
      created_at timestamptz not null
    );
    grant select, insert, delete on platform.sandbox_errors to portico_app;
  `);
}
