import type { Knex } from 'knex';

/** Accounts, the append-only ledger that alone can move their balances, and who owns which verified phone. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create schema rewards;
    grant usage on schema rewards to portico_app;

    -- A wallet's id is its user's id; a pool's id is its campaign's. Coins come from pools and are spent into the sink.
    create table rewards.accounts (
      id uuid primary key,
      kind text not null check (kind in ('wallet', 'campaign-pool', 'sink')),
      balance bigint not null default 0,
      constraint accounts_wallet_not_negative check (kind <> 'wallet' or balance >= 0),
      constraint accounts_balance_exact check (balance between -9007199254740991 and 9007199254740991)
    ) with (fillfactor = 85);

    insert into rewards.accounts (id, kind) values ('00000000-0000-8000-8000-000000000001', 'sink');

    create table rewards.ledger_entries (
      id bigint generated always as identity,
      account_id uuid not null,
      amount bigint not null constraint ledger_entries_amount_moves check (amount <> 0),
      ref_type text not null,
      ref_id uuid not null,
      created_at timestamptz not null default now(),
      constraint ledger_entries_posted_once primary key (ref_id, account_id, ref_type)
    );
    create index ledger_entries_by_account on rewards.ledger_entries (account_id, id);

    -- The one place where a balance changes. Judges each INSERT statement as a whole, so a posting is written whole by one
    -- statement or not at all. Existence of accounts is checked here in bulk: a foreign key per row nearly doubles crediting.
    create function rewards.apply_ledger_entries() returns trigger
      language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      applied bigint;
    begin
      if exists (select from entries group by ref_type, ref_id having sum(amount) <> 0) then
        raise check_violation using message = 'a posting does not sum to zero',
          constraint = 'ledger_entries_sum_to_zero', table = 'ledger_entries', schema = 'rewards';
      end if;
      -- Wallets first and by id, shared accounts last: every transaction takes these locks in one order.
      perform from rewards.accounts a where a.id in (select account_id from entries)
        order by (a.kind = 'wallet') desc, a.id for no key update;
      update rewards.accounts a set balance = a.balance + moved.amount
        from (select account_id, sum(amount)::bigint as amount from entries group by account_id) moved
        where a.id = moved.account_id;
      get diagnostics applied = row_count;
      if applied <> (select count(distinct account_id) from entries) then
        raise foreign_key_violation using message = 'an entry names an account that does not exist',
          constraint = 'ledger_entries_account_exists', table = 'ledger_entries', schema = 'rewards';
      end if;
      return null;
    end $$;
    create trigger apply_ledger_entries after insert on rewards.ledger_entries
      referencing new table as entries for each statement execute function rewards.apply_ledger_entries();

    -- Rights already keep the application from it; this keeps owners and consoles from it too.
    create function rewards.refuse_change() returns trigger language plpgsql as $$
    begin
      raise restrict_violation using message = format('%s is append-only: post a reversal instead', tg_table_name);
    end $$;
    create trigger ledger_entries_append_only before update or delete or truncate on rewards.ledger_entries
      for each statement execute function rewards.refuse_change();

    -- Balances are out of the application's reach: it can open empty accounts and post.
    grant select, insert (id, kind) on rewards.accounts to portico_app;
    grant select, insert (account_id, amount, ref_type, ref_id) on rewards.ledger_entries to portico_app;

    -- Whose verified phone a number is: rewards' own copy, fed by user.phone_verified. No member is without a wallet.
    create table rewards.members (
      user_id uuid primary key references rewards.accounts (id),
      phone text not null constraint members_phone_unique unique,
      verified_at timestamptz not null
    );
    -- Verifications that later ones have overtaken; they still beat even older ones that arrive late.
    create table rewards.former_members (
      user_id uuid not null,
      phone text not null,
      verified_at timestamptz not null,
      primary key (user_id, phone)
    );
    create index former_members_by_phone on rewards.former_members (phone, verified_at);
    -- Verifications of the last minutes: a chunk that ran beside one may have missed it, so a sweep looks again.
    create table rewards.recent_verifications (
      phone text primary key,
      recorded_at timestamptz not null
    );
    grant select, insert, update, delete on rewards.members, rewards.former_members, rewards.recent_verifications
      to portico_app;
  `);
}
