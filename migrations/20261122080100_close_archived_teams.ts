import type { Knex } from 'knex';

/** In an archived team nothing is written, whoever was on the way when it was archived. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Keeps a team from being archived until the transaction ends. False: it is archived already. An advisory lock, for its
    -- queue is fair: with row locks, a team in which somebody is always writing could never be archived. Writers don't wait for
    -- each other.
    create function teams.hold_open(team uuid) returns boolean
    language plpgsql volatile security definer set search_path = '' as $$
    begin
      perform pg_advisory_xact_lock_shared(hashtextextended('teams.open ' || team, 0));
      return not exists (select from teams.teams t where t.id = team and t.archived_at is not null);
    end $$;

    create function teams.team_must_be_open() returns trigger
    language plpgsql security definer set search_path = '' as $$
    begin
      if not teams.hold_open(new.team_id) then
        raise exception 'team % is archived', new.team_id
          using errcode = 'check_violation', constraint = 'teams_written_while_open';
      end if;
      return new;
    end $$;

    -- Before: this lock comes before those of members, currencies and balances. Whoever changes an entry, a budget or what
    -- recurs counts its version up; what triggers do on the way does not.
    create trigger entries_of_open_team before insert or update of version on teams.entries
      for each row execute function teams.team_must_be_open();
    create trigger recurring_of_open_team before insert or update of version on teams.recurring_expenses
      for each row execute function teams.team_must_be_open();
    create trigger budgets_of_open_team before insert or update of version on teams.budget_plans
      for each row execute function teams.team_must_be_open();
    create trigger comments_of_open_team before insert on teams.comments
      for each row execute function teams.team_must_be_open();

    create or replace function teams.lock_currencies(team uuid, wanted text[]) returns void
    language plpgsql security definer set search_path = '' as $$
    begin
      -- Comes first here too: who waited for it with a currency in hand would keep those waiting who have it already.
      perform teams.hold_open(team);
      insert into teams.currencies (team_id, currency)
        select team, w from unnest(wanted) w group by w order by w on conflict do nothing;
      perform from teams.currencies c where c.team_id = team and c.currency = any (wanted) order by c.currency for update;
    end $$;

    -- Waits for everybody who has written in the team and has not committed yet; whoever comes later waits for this one.
    create function teams.wait_for_writers() returns trigger
    language plpgsql security definer set search_path = '' as $$
    begin
      perform pg_advisory_xact_lock(hashtextextended('teams.open ' || new.id, 0));
      return new;
    end $$;
    create trigger teams_archived_after_writers before update of archived_at on teams.teams for each row
      when (old.archived_at is null and new.archived_at is not null) execute function teams.wait_for_writers();
  `);
}
