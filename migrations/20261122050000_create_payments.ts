import type { Knex } from 'knex';

/** What is to be paid, every try to pay it, and every capture, release and refund (docs/decisions/0095). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create schema payments;
    grant usage on schema payments to portico_app;

    create domain payments.amount as bigint check (value between 0 and 9007199254740991);
    create domain payments.currency as text check (value ~ '^[A-Z]{3}$');

    create table payments.payments (
      id uuid primary key,
      -- What is paid for; payments knows no more of it.
      subject_kind text not null check (subject_kind in ('order')),
      subject_id uuid not null,
      customer_id uuid not null,
      reference text not null check (length(reference) between 1 and 64),
      description text not null check (length(description) <= 200),
      currency payments.currency not null,
      amount_due_minor payments.amount not null,
      capture_mode text not null check (capture_mode in ('automatic', 'manual')),
      -- What attempts have reserved with their buyer's bank and not given back.
      authorised_minor payments.amount not null default 0,
      captured_minor payments.amount not null default 0,
      capture_pending_minor payments.amount not null default 0,
      refunded_minor payments.amount not null default 0,
      refund_pending_minor payments.amount not null default 0,
      cancelled_at timestamptz,
      cancel_reason text,
      -- Why a person must look at it; empty when nobody must.
      flags text[] not null default '{}'
        check (flags <@ array['amount-mismatch', 'second-success', 'outcome-unknown', 'refund-failed', 'disputed']),
      created_at timestamptz not null,
      updated_at timestamptz not null,
      constraint payments_one_per_subject unique (subject_kind, subject_id),
      constraint payments_captured_within_authorised check (captured_minor + capture_pending_minor <= authorised_minor),
      constraint payments_refunded_within_captured check (refunded_minor + refund_pending_minor <= captured_minor),
      constraint payments_cancelled_for_a_reason check ((cancelled_at is null) = (cancel_reason is null))
    ) with (fillfactor = 80);
    create index payments_newest on payments.payments (created_at, id);
    create index payments_of_customer on payments.payments (customer_id, created_at, id);
    create index payments_flagged on payments.payments (created_at, id) where flags <> '{}';
    grant select, insert on payments.payments to portico_app;
    grant update (amount_due_minor, authorised_minor, captured_minor, capture_pending_minor, refunded_minor, refund_pending_minor,
      cancelled_at, cancel_reason, flags, updated_at) on payments.payments to portico_app;

    -- One try to pay. Its id is our reference at the provider and the key of the call that starts it.
    create table payments.attempts (
      id uuid primary key,
      payment_id uuid not null constraint attempts_payment references payments.payments,
      provider text not null check (provider ~ '^[a-z][a-z0-9-]{0,30}$'),
      amount_minor payments.amount not null check (amount_minor > 0),
      currency payments.currency not null,
      state text not null check (state in ('created', 'requires_action', 'processing', 'unknown', 'authorised', 'partly_captured',
        'captured', 'declined', 'voided', 'expired')),
      -- The provider's token of a way to pay, until the call is made. Never card data.
      method_token text check (length(method_token) <= 200),
      -- May come only with the webhook.
      provider_ref text,
      -- What takes an invitation to pay back, where that is not the reference of the payment.
      provider_handle text,
      -- What the buyer must do, sealed: it lets whoever has it pay or see the payment.
      action bytea,
      authorised_minor payments.amount not null default 0,
      captured_minor payments.amount not null default 0,
      capture_pending_minor payments.amount not null default 0,
      refunded_minor payments.amount not null default 0,
      refund_pending_minor payments.amount not null default 0,
      -- What of the captured is more than was due and waits to be given back.
      suspense_minor payments.amount not null default 0,
      decline_code text,
      -- Until when the provider holds what is authorised.
      expires_at timestamptz,
      -- When the call that starts it began; a process that dies behind it leaves the outcome unknown.
      called_at timestamptz,
      checks integer not null default 0,
      next_check_at timestamptz,
      cancel_requested_at timestamptz,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      constraint attempts_captured_within_authorised check (captured_minor + capture_pending_minor <= authorised_minor),
      constraint attempts_refunded_within_captured check (refunded_minor + refund_pending_minor <= captured_minor),
      constraint attempts_provider_ref unique (provider, provider_ref)
    ) with (fillfactor = 80);
    create unique index attempts_one_in_flight on payments.attempts (payment_id)
      where state in ('created', 'requires_action', 'processing', 'unknown');
    create index attempts_of_payment on payments.attempts (payment_id, created_at, id);
    create index attempts_expiring on payments.attempts (expires_at) where state in ('authorised', 'partly_captured');
    create index attempts_sealed on payments.attempts
      (encode(substring(action from 2 for get_byte(action, 0)), 'escape')) where action is not null;
    grant select, insert on payments.attempts to portico_app;
    grant update (state, method_token, provider_ref, provider_handle, action, authorised_minor, captured_minor,
      capture_pending_minor, refunded_minor, refund_pending_minor, suspense_minor, decline_code, expires_at, called_at, checks,
      next_check_at, cancel_requested_at, updated_at) on payments.attempts to portico_app;

    -- Captures, releases and refunds. The id is the key of the call at the provider.
    create table payments.movements (
      id uuid primary key,
      payment_id uuid not null constraint movements_payment references payments.payments,
      attempt_id uuid not null constraint movements_attempt references payments.attempts,
      kind text not null check (kind in ('capture', 'void', 'refund')),
      amount_minor payments.amount not null check (amount_minor > 0 or kind = 'void'),
      state text not null check (state in ('requested', 'pending', 'unknown', 'succeeded', 'failed')),
      -- Asked for again under this key it is the same movement; a refund over several attempts has a part for each.
      request_key text not null check (length(request_key) between 1 and 200),
      part integer not null default 0 check (part >= 0),
      -- 'excess': more was captured than is due.
      purpose text not null check (purpose in ('asked', 'excess', 'cancel')),
      reason text not null check (length(reason) <= 500),
      release_rest boolean not null default false,
      provider_ref text,
      failure_code text,
      called_at timestamptz,
      checks integer not null default 0,
      next_check_at timestamptz,
      created_at timestamptz not null,
      ended_at timestamptz,
      constraint movements_once unique (payment_id, kind, request_key, part),
      constraint movements_ended check ((state in ('succeeded', 'failed')) = (ended_at is not null))
    );
    create index movements_of_payment on payments.movements (payment_id, created_at, id);
    create unique index movements_one_void on payments.movements (attempt_id) where kind = 'void' and ended_at is null;
    create index movements_of_attempt on payments.movements (attempt_id);
    grant select, insert on payments.movements to portico_app;
    grant update (state, provider_ref, failure_code, called_at, checks, next_check_at, ended_at) on payments.movements to portico_app;
  `);
}
