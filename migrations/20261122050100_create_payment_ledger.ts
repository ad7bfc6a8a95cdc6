import type { Knex } from 'knex';

/** Where money went, in entries that nobody can change: only `payments.post` writes them (docs/decisions/0096). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table payments.postings (
      id bigint generated always as identity primary key,
      -- What it tells of: once per fact.
      ref_type text not null check (ref_type in ('capture', 'refund', 'dispute-opened', 'dispute-won', 'dispute-lost', 'refund-failed')),
      ref_id text not null,
      currency payments.currency not null,
      posted_at timestamptz not null default clock_timestamp(),
      -- Over the hash before it and everything above: a posting that was changed, removed or put between breaks the chain.
      hash bytea not null,
      constraint postings_once unique (ref_type, ref_id)
    );
    create table payments.entries (
      posting_id bigint not null references payments.postings,
      account text not null check (account in
        ('provider_clearing', 'customer_funds', 'order_revenue', 'fees', 'disputes', 'suspense')),
      amount_minor bigint not null check (amount_minor <> 0 and abs(amount_minor) <= 9007199254740991),
      primary key (posting_id, account)
    );
    create index entries_of_account on payments.entries (account, posting_id);
    grant select on payments.postings, payments.entries to portico_app;

    create function payments.posting_must_sum_to_zero() returns trigger language plpgsql set search_path = '' as $$
    begin
      if (select sum(amount_minor) from payments.entries where posting_id = new.posting_id) <> 0 then
        raise exception 'posting % does not sum to zero', new.posting_id
          using errcode = '23514', schema = 'payments', table = 'entries', constraint = 'entries_sum_to_zero';
      end if;
      return null;
    end $$;
    create constraint trigger entries_sum_to_zero after insert or update or delete on payments.entries
      deferrable initially deferred for each row execute function payments.posting_must_sum_to_zero();

    create function payments.hash_of(previous bytea, ref_type text, ref_id text, currency text, posted_at timestamptz, entries text)
    returns bytea language sql stable set search_path = '' as $$
      select sha256(previous || convert_to(concat_ws('|', ref_type, ref_id, currency, extract(epoch from posted_at)::text, entries),
        'UTF8'))
    $$;

    -- Postings follow each other: whoever appends waits for the one before to commit. False: the fact is posted already.
    create function payments.post(p_ref_type text, p_ref_id text, p_currency text, p_accounts text[], p_amounts bigint[])
    returns boolean language plpgsql security definer set search_path = '' as $$
    declare
      v_id bigint;
      v_previous bytea;
      v_at timestamptz;
    begin
      perform pg_catalog.pg_advisory_xact_lock(7065416340);
      if exists (select from payments.postings where ref_type = p_ref_type and ref_id = p_ref_id) then
        return false;
      end if;
      v_at := clock_timestamp();
      select hash into v_previous from payments.postings order by id desc limit 1;
      insert into payments.postings (ref_type, ref_id, currency, posted_at, hash)
      values (p_ref_type, p_ref_id, p_currency, v_at,
        payments.hash_of(coalesce(v_previous, ''), p_ref_type, p_ref_id, p_currency, v_at,
          (select string_agg(account || ':' || amount_minor, ',' order by account)
             from unnest(p_accounts, p_amounts) as e (account, amount_minor))))
      returning id into v_id;
      insert into payments.entries (posting_id, account, amount_minor)
      select v_id, account, amount_minor from unnest(p_accounts, p_amounts) as e (account, amount_minor);
      return true;
    end $$;
    revoke all on function payments.post from public;
    grant execute on function payments.post to portico_app;
    grant execute on function payments.hash_of to portico_app;

    -- One fact of a provider is settled once, whichever message tells of it.
    create table payments.settlements (
      provider text not null,
      provider_transaction_id text not null,
      operation text not null check (operation in ('capture', 'refund', 'dispute')),
      payment_id uuid not null references payments.payments,
      attempt_id uuid not null references payments.attempts,
      amount_minor payments.amount not null,
      currency payments.currency not null,
      settled_at timestamptz not null,
      constraint settlements_once primary key (provider, provider_transaction_id, operation)
    );
    create index settlements_by_time on payments.settlements (provider, settled_at);
    create index settlements_of_payment on payments.settlements (payment_id);
    grant select, insert on payments.settlements to portico_app;

    -- Banks that took money back, or tried to, at their customer's wish.
    create table payments.disputes (
      id uuid primary key,
      provider text not null,
      provider_ref text not null,
      payment_id uuid not null references payments.payments,
      attempt_id uuid not null references payments.attempts,
      amount_minor payments.amount not null,
      currency payments.currency not null,
      state text not null check (state in ('opened', 'won', 'lost')),
      reason text not null,
      opened_at timestamptz not null,
      closed_at timestamptz,
      constraint disputes_once unique (provider, provider_ref),
      constraint disputes_closed check ((state = 'opened') = (closed_at is null))
    );
    create index disputes_newest on payments.disputes (opened_at, id);
    create index disputes_of_payment on payments.disputes (payment_id);
    grant select, insert, update (state, closed_at) on payments.disputes to portico_app;
  `);
}
