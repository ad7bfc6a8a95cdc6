import type { Knex } from 'knex';

/** Debts pair by pair that the database itself keeps, as it keeps balances (docs/decisions/0089). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(table);
  await knex.raw(keeping);
  await knex.raw(backfill);
}

const table = `
-- What one member owes another (below zero: is owed by), over all counted entries. The lesser id is the one.
create table teams.debts (
  team_id uuid not null,
  currency text not null,
  one_id uuid not null,
  other_id uuid not null,
  amount_minor bigint not null
    constraint debts_in_range check (amount_minor between -4000000000000000000 and 4000000000000000000),
  primary key (team_id, currency, one_id, other_id),
  constraint debts_between_two check (one_id < other_id),
  foreign key (team_id, one_id) references teams.members (team_id, id),
  foreign key (team_id, other_id) references teams.members (team_id, id)
) with (fillfactor = 50);
-- No right to write them: whoever writes entries has them moved.
grant select on teams.debts to portico_app;
`;

const keeping = `
-- A leg of an entry, and what it leaves: paid minus owed.
create type teams.part as (entry_id uuid, team_id uuid, currency text, member_id uuid, net_minor bigint);

-- The only writer of debts. Called behind change_balances: the locks of the currencies are theirs too.
-- Within an entry, those who paid too little stand along a line as long as what is missing, by id, and so do those who paid too
-- much: where two lie side by side, the one owes the other. Sums are exact, and each entry adds as few pairs as can be.
create function teams.change_debts(added teams.part[], removed teams.part[]) returns void
language plpgsql security definer set search_path = '' as $$
begin
  insert into teams.debts as known (team_id, currency, one_id, other_id, amount_minor)
    with sides as materialized (
      select p.sign, p.entry_id, p.team_id, p.currency, p.member_id, p.net_minor < 0 as owes, abs(p.net_minor) as size,
        sum(abs(p.net_minor)) over (partition by p.sign, p.entry_id, p.net_minor < 0 order by p.member_id) as upto
      from (select 1 as sign, a.* from unnest(added) a union all select -1, r.* from unnest(removed) r) p
      where p.net_minor <> 0
    ), pairs as (
      select d.team_id, d.currency, d.member_id as debtor, c.member_id as creditor,
        d.sign * (least(d.upto, c.upto) - greatest(d.upto - d.size, c.upto - c.size)) as amount
      from sides d join sides c on c.sign = d.sign and c.entry_id = d.entry_id and not c.owes
        and d.upto - d.size < c.upto and c.upto - c.size < d.upto
      where d.owes
    )
    select team_id, currency, least(debtor, creditor), greatest(debtor, creditor),
      sum(case when debtor < creditor then amount else -amount end)
    from pairs group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (team_id, currency, one_id, other_id)
    do update set amount_minor = known.amount_minor + excluded.amount_minor;
end $$;

-- Lets legs count, or not any more. Who owes whom depends on all legs of an entry: with some of them, what came of those that
-- were there before (or stay) is taken back and written anew.
create function teams.count_legs(moved teams.part[], others teams.part[], counts boolean) returns void
language plpgsql security definer set search_path = '' as $$
declare sign integer := case when counts then 1 else -1 end;
begin
  if coalesce(cardinality(moved), 0) = 0 then return; end if;
  perform teams.change_balances(array(
    select (m.team_id, m.currency, m.member_id, sign * m.net_minor)::teams.balance_change from unnest(moved) m));
  if counts then
    perform teams.change_debts(others || moved, others);
  else
    perform teams.change_debts(others, others || moved);
  end if;
end $$;

create or replace function teams.legs_inserted() returns trigger
language plpgsql security definer set search_path = '' as $$
declare moved teams.part[]; others teams.part[];
begin
  -- Takes the lock of the entry before any other, and has its sums checked at commit.
  update teams.entries e set legs_revision = e.legs_revision + 1
    where e.id in (select l.entry_id from touched l);
  select array_agg(l.part) filter (where l.moved), array_agg(l.part) filter (where not l.moved) into moved, others from (
    select (l.entry_id, l.team_id, l.currency, l.member_id, l.paid_minor - l.owed_minor)::teams.part as part,
      (l.entry_id, l.member_id) in (select t.entry_id, t.member_id from touched t) as moved
    from teams.legs l join teams.entries e on e.id = l.entry_id
    where e.state = 'counted' and l.entry_id in (select t.entry_id from touched t)
  ) l;
  perform teams.count_legs(moved, others, true);
  return null;
end $$;

create or replace function teams.legs_deleted() returns trigger
language plpgsql security definer set search_path = '' as $$
declare moved teams.part[]; others teams.part[];
begin
  update teams.entries e set legs_revision = e.legs_revision + 1
    where e.id in (select l.entry_id from touched l);
  select array_agg((l.entry_id, l.team_id, l.currency, l.member_id, l.paid_minor - l.owed_minor)::teams.part) into moved
    from touched l join teams.entries e on e.id = l.entry_id where e.state = 'counted';
  select array_agg((l.entry_id, l.team_id, l.currency, l.member_id, l.paid_minor - l.owed_minor)::teams.part) into others
    from teams.legs l join teams.entries e on e.id = l.entry_id
    where e.state = 'counted' and l.entry_id in (select t.entry_id from touched t);
  perform teams.count_legs(moved, others, false);
  return null;
end $$;

create or replace function teams.entry_state_changed() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform teams.count_legs(array(
    select (l.entry_id, l.team_id, l.currency, l.member_id, l.paid_minor - l.owed_minor)::teams.part
    from teams.legs l where l.entry_id = new.id), null, new.state = 'counted');
  return null;
end $$;

revoke execute on function teams.change_debts(teams.part[], teams.part[]) from public;
revoke execute on function teams.count_legs(teams.part[], teams.part[], boolean) from public;
`;

const backfill = `
-- Nobody writes legs between what is summed here and the commit, from which on triggers go on with it.
lock table teams.entries, teams.legs in share row exclusive mode;
do $$
declare team uuid;
begin
  for team in select t.id from teams.teams t loop
    perform teams.change_debts(array(
      select (l.entry_id, l.team_id, l.currency, l.member_id, l.paid_minor - l.owed_minor)::teams.part
      from teams.legs l join teams.entries e on e.id = l.entry_id where e.team_id = team and e.state = 'counted'), null);
  end loop;
end $$;
`;
