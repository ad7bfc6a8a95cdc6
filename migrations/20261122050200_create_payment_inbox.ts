import type { Knex } from 'knex';

/** What providers told, as they told it, once each. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table payments.inbox (
      id uuid primary key,
      provider text not null check (provider ~ '^[a-z][a-z0-9-]{0,30}$'),
      -- Equal when the provider repeats itself, different for different facts.
      dedupe_key text not null check (length(dedupe_key) between 1 and 300),
      kind text not null check (length(kind) <= 100),
      source text not null check (source in ('webhook', 'reconciliation')),
      received_at timestamptz not null,
      -- The bytes without what is nobody's business (cards, names, addresses), sealed.
      raw bytea not null,
      -- Of the bytes as they came.
      sha256 bytea not null,
      state text not null check (state in ('received', 'applied', 'ignored', 'failed')),
      attempts integer not null default 0,
      last_error text,
      payment_id uuid references payments.payments,
      applied_at timestamptz,
      constraint inbox_once unique (provider, dedupe_key)
    );
    create index inbox_newest on payments.inbox (received_at, id);
    create index inbox_failed on payments.inbox (received_at, id) where state = 'failed';
    create index inbox_of_payment on payments.inbox (payment_id);
    create index inbox_sealed on payments.inbox (encode(substring(raw from 2 for get_byte(raw, 0)), 'escape'));
    grant select, insert, delete on payments.inbox to portico_app;
    grant update (raw, state, attempts, last_error, payment_id, applied_at) on payments.inbox to portico_app;
  `);
}
