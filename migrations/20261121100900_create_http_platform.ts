import type { Knex } from 'knex';

/** Answers kept under an Idempotency-Key, and the shared counters of rate limits. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table platform.idempotency_keys (
      -- SHA-256 over principal, method, route template and key.
      scope bytea primary key check (octet_length(scope) = 32),
      fingerprint bytea not null check (octet_length(fingerprint) = 32),
      operation_id text not null check (length(operation_id) <= 100),
      status smallint not null check (status between 200 and 599),
      headers jsonb not null,
      -- Sealed (AES-256-GCM): an answer may hold a secret or personal data.
      body bytea,
      created_at timestamptz not null default clock_timestamp(),
      expires_at timestamptz not null
    );
    create index idempotency_keys_expires_at on platform.idempotency_keys (expires_at);

    -- The columns are those of rate-limiter-flexible. Losing them in a crash only forgets some counting.
    create unlogged table platform.rate_limits (
      key text primary key check (length(key) <= 255),
      points integer not null default 0,
      expire bigint
    ) with (fillfactor = 50);

    grant select, insert, update, delete on platform.idempotency_keys, platform.rate_limits to portico_app;
  `);
}
