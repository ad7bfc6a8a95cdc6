import type { Knex } from 'knex';

/** Debts moved from one currency into another, as two entries and the rate between them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Neither changes nor goes: a rate that is corrected later touches nothing here. Whether it counts is its entries' state.
    create table teams.conversions (
      id uuid primary key,
      team_id uuid not null references teams.teams (id),
      -- In the currency that is left: the debtor pays. In the one that is entered: the creditor does.
      from_entry_id uuid not null unique references teams.entries (id),
      to_entry_id uuid not null unique references teams.entries (id),
      debtor_id uuid not null,
      creditor_id uuid not null,
      -- Units of the second currency for one of the first, and where that is from.
      rate numeric(24, 12) not null check (rate > 0),
      rate_date date not null,
      rate_provider text not null check (char_length(rate_provider) <= 31),
      rate_base text not null check (rate_base ~ '^[A-Z]{3}$'),
      rate_stale boolean not null,
      rounding text not null check (rounding = 'half-even'),
      constraint conversions_between_two check (debtor_id <> creditor_id),
      foreign key (team_id, debtor_id) references teams.members (team_id, id),
      foreign key (team_id, creditor_id) references teams.members (team_id, id)
    );
    create index conversions_of_team on teams.conversions (team_id, id);
    grant select, insert on teams.conversions to portico_app;

    -- Both halves of a conversion count, or neither does.
    create function teams.conversion_is_whole() returns trigger language plpgsql security definer set search_path = '' as $$
    declare one text; other text;
    begin
      select f.state, t.state into one, other from teams.conversions c
        join teams.entries f on f.id = c.from_entry_id join teams.entries t on t.id = c.to_entry_id
        where c.from_entry_id = new.id or c.to_entry_id = new.id;
      if not found or one is distinct from other then
        raise exception 'one half of a conversion is %, the other %', one, other
          using errcode = 'check_violation', constraint = 'conversions_whole';
      end if;
      return null;
    end $$;
    create constraint trigger conversions_whole after insert or update of state on teams.entries
      deferrable initially deferred for each row when (new.kind = 'conversion')
      execute function teams.conversion_is_whole();
  `);
}
