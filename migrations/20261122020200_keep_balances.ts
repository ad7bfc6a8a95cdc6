import type { Knex } from 'knex';

/** Balances that the database itself keeps, and proves at every commit (docs/decisions/0081). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(tables);
  await knex.raw(keeping);
  await knex.raw(promises);
}

const tables = `
-- The currencies a team has used. Its row is what writers of balances in this currency wait for.
create table teams.currencies (
  team_id uuid not null references teams.teams (id),
  currency text not null,
  revision integer not null default 0,
  primary key (team_id, currency)
) with (fillfactor = 50);

-- Paid minus owed, over all counted entries.
create table teams.balances (
  team_id uuid not null,
  currency text not null,
  member_id uuid not null,
  net_minor bigint not null
    constraint balances_in_range check (net_minor between -4000000000000000000 and 4000000000000000000),
  primary key (team_id, currency, member_id),
  foreign key (team_id, member_id) references teams.members (team_id, id)
) with (fillfactor = 50);
create index balances_by_member on teams.balances (member_id);
`;

const keeping = `
create type teams.balance_change as (team_id uuid, currency text, member_id uuid, delta_minor bigint);

-- The only writer of balances. Locks in one order, whoever writes what: members, currencies, balances.
create function teams.change_balances(changes teams.balance_change[]) returns void
language plpgsql security definer set search_path = '' as $$
declare people uuid[] := array(select distinct c.member_id from unnest(changes) c order by 1);
begin
  if cardinality(people) = 0 then return; end if;
  -- Nobody leaves while their balance moves, and nobody's moves who has left.
  perform from teams.members m where m.id = any (people) order by m.id for share;
  if exists (select from teams.members m where m.id = any (people) and m.left_at is not null) then
    raise exception 'a member of this entry has left'
      using errcode = 'check_violation', constraint = 'entries_of_present_members';
  end if;
  insert into teams.currencies as known (team_id, currency)
    select distinct c.team_id, c.currency from unnest(changes) c order by 1, 2
    on conflict (team_id, currency) do update set revision = known.revision + 1;
  insert into teams.balances as known (team_id, currency, member_id, net_minor)
    select c.team_id, c.currency, c.member_id, sum(c.delta_minor)::bigint from unnest(changes) c
    group by 1, 2, 3 order by 1, 2, 3
    on conflict (team_id, currency, member_id) do update set net_minor = known.net_minor + excluded.net_minor;
end $$;

-- For whoever is about to write in several currencies in one transaction: two of them could wait for each other otherwise.
create function teams.lock_currencies(team uuid, wanted text[]) returns void
language plpgsql security definer set search_path = '' as $$
begin
  insert into teams.currencies (team_id, currency)
    select team, w from unnest(wanted) w group by w order by w on conflict do nothing;
  perform from teams.currencies c where c.team_id = team and c.currency = any (wanted) order by c.currency for update;
end $$;

create function teams.legs_inserted() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  -- Takes the lock of the entry before any other, and has its sums checked at commit.
  update teams.entries e set legs_revision = e.legs_revision + 1
    where e.id in (select l.entry_id from touched l);
  perform teams.change_balances(array(
    select (l.team_id, l.currency, l.member_id, sum(l.paid_minor - l.owed_minor)::bigint)::teams.balance_change
    from touched l join teams.entries e on e.id = l.entry_id where e.state = 'counted'
    group by l.team_id, l.currency, l.member_id));
  return null;
end $$;
create trigger legs_inserted after insert on teams.legs referencing new table as touched
  for each statement execute function teams.legs_inserted();

create function teams.legs_deleted() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  update teams.entries e set legs_revision = e.legs_revision + 1
    where e.id in (select l.entry_id from touched l);
  perform teams.change_balances(array(
    select (l.team_id, l.currency, l.member_id, sum(l.owed_minor - l.paid_minor)::bigint)::teams.balance_change
    from touched l join teams.entries e on e.id = l.entry_id where e.state = 'counted'
    group by l.team_id, l.currency, l.member_id));
  return null;
end $$;
create trigger legs_deleted after delete on teams.legs referencing old table as touched
  for each statement execute function teams.legs_deleted();

-- Deleting, restoring, confirming and voiding go through the same door as writing.
create function teams.entry_state_changed() returns trigger
language plpgsql security definer set search_path = '' as $$
declare sign integer := case when new.state = 'counted' then 1 else -1 end;
begin
  perform teams.change_balances(array(
    select (l.team_id, l.currency, l.member_id, sign * (l.paid_minor - l.owed_minor))::teams.balance_change
    from teams.legs l where l.entry_id = new.id));
  return null;
end $$;
create trigger entry_state_changed after update on teams.entries for each row
  when ((old.state = 'counted') is distinct from (new.state = 'counted'))
  execute function teams.entry_state_changed();
`;

const promises = `
-- Deferred, and once per touch of an entry: a check per leg would take time in the square of the legs.
create function teams.entry_must_balance() returns trigger language plpgsql security definer set search_path = '' as $$
declare amount bigint; paid bigint; owed bigint;
begin
  select e.amount_minor into amount from teams.entries e where e.id = new.id;
  if not found then return null; end if;
  select coalesce(sum(l.paid_minor), 0), coalesce(sum(l.owed_minor), 0) into paid, owed
    from teams.legs l where l.entry_id = new.id;
  if (paid, owed) is distinct from (amount, amount) then
    raise exception 'entry %: amount %, paid %, owed %', new.id, amount, paid, owed
      using errcode = 'check_violation', constraint = 'entries_balanced';
  end if;
  return null;
end $$;
create constraint trigger entries_balanced after insert or update of amount_minor, legs_revision on teams.entries
  deferrable initially deferred for each row execute function teams.entry_must_balance();

-- Every change of a balance touches the row of its currency; that is where the sum is checked, once.
create function teams.balances_must_sum_to_zero() returns trigger
language plpgsql security definer set search_path = '' as $$
declare total numeric;
begin
  select sum(b.net_minor) into total from teams.balances b where b.team_id = new.team_id and b.currency = new.currency;
  if coalesce(total, 0) <> 0 then
    raise exception 'balances of team % in % sum to %', new.team_id, new.currency, total
      using errcode = 'check_violation', constraint = 'balances_sum_to_zero';
  end if;
  return null;
end $$;
create constraint trigger balances_sum_to_zero after insert or update on teams.currencies
  deferrable initially deferred for each row execute function teams.balances_must_sum_to_zero();

-- For whoever writes balances by hand: change_balances has touched the currency before.
create function teams.balance_touched() returns trigger language plpgsql security definer set search_path = '' as $$
declare touched teams.balances := coalesce(new, old);
begin
  insert into teams.currencies as known (team_id, currency) values (touched.team_id, touched.currency)
    on conflict (team_id, currency) do update set revision = known.revision + 1;
  return null;
end $$;
create trigger balances_touched after insert or update or delete on teams.balances for each row
  when (pg_trigger_depth() = 0) execute function teams.balance_touched();

-- Whoever leaves owes nothing and is owed nothing; the lock of the member's row is against entries on their way.
create function teams.leavers_are_settled() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from teams.members m join teams.balances b on b.member_id = m.id
    where m.id = new.id and m.left_at is not null and b.net_minor <> 0) then
    raise exception 'member % leaves with a balance', new.id
      using errcode = 'check_violation', constraint = 'members_leave_settled';
  end if;
  return null;
end $$;
create constraint trigger members_leave_settled after update on teams.members
  deferrable initially deferred for each row when (new.left_at is not null)
  execute function teams.leavers_are_settled();

-- No right to write balances at all: whoever writes entries has them moved.
grant select on teams.currencies, teams.balances to portico_app;
revoke execute on function teams.change_balances(teams.balance_change[]) from public;
`;
