import type { Knex } from 'knex';

/** The other side of the sandbox provider: what its bank knows, and what it has yet to tell. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table payments.sandbox_charges (
      id text primary key check (id ~ '^sbx_[0-9a-f]{32}$'),
      -- The key of the call that made it: asked again under this key, it is the same charge.
      key text not null constraint sandbox_charges_key unique,
      reference text not null,
      amount_minor payments.amount not null,
      currency payments.currency not null,
      capture_mode text not null check (capture_mode in ('automatic', 'manual')),
      behaviour text not null,
      state text not null check (state in ('open', 'processing', 'authorised', 'captured', 'declined', 'voided')),
      captured_minor payments.amount not null default 0,
      refunded_minor payments.amount not null default 0,
      decline_code text,
      description text not null,
      created_at timestamptz not null,
      changed_at timestamptz not null,
      check (refunded_minor <= captured_minor and captured_minor <= amount_minor)
    );
    create index sandbox_charges_of_reference on payments.sandbox_charges (reference);
    create index sandbox_charges_by_time on payments.sandbox_charges (changed_at, id);

    create table payments.sandbox_moves (
      id text primary key,
      charge_id text not null references payments.sandbox_charges,
      kind text not null check (kind in ('capture', 'void', 'refund')),
      key text not null,
      amount_minor payments.amount not null,
      state text not null check (state in ('pending', 'succeeded', 'failed')),
      created_at timestamptz not null,
      constraint sandbox_moves_key unique (kind, key)
    );
    create index sandbox_moves_of_charge on payments.sandbox_moves (charge_id);

    -- How often each call came under each key.
    create table payments.sandbox_calls (
      operation text not null,
      key text not null,
      calls integer not null,
      primary key (operation, key)
    );

    create table payments.sandbox_events (
      id uuid primary key,
      body text not null,
      due_at timestamptz not null,
      delivered_at timestamptz
    );
    create index sandbox_events_due on payments.sandbox_events (due_at) where delivered_at is null;
    grant select, insert, update, delete on payments.sandbox_charges, payments.sandbox_moves, payments.sandbox_calls,
      payments.sandbox_events to portico_app;
  `);
}
