import type { Knex } from 'knex';

/**
 * What one statement adds to a balance or a debt may itself be beyond what eight bytes hold: a file of a thousand of the largest
 * amounts. It is cut to just beyond the range of a balance, and refused by the name of that range.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Without a search_path of its own, so that it is inlined: it names nothing but what every path has.
    create function teams.balance_of(total numeric) returns bigint language sql immutable as $$
      select greatest(least(total, 4000000000000000001), -4000000000000000001)::bigint
    $$;

    create or replace function teams.change_balances(changes teams.balance_change[]) returns void
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
        select c.team_id, c.currency, c.member_id, teams.balance_of(sum(c.delta_minor)) from unnest(changes) c
        group by 1, 2, 3 order by 1, 2, 3
        on conflict (team_id, currency, member_id) do update set net_minor = known.net_minor + excluded.net_minor;
    end $$;

    create or replace function teams.change_debts(added teams.part[], removed teams.part[]) returns void
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
          teams.balance_of(sum(case when debtor < creditor then amount else -amount end))
        from pairs group by 1, 2, 3, 4 order by 1, 2, 3, 4
        on conflict (team_id, currency, one_id, other_id)
        do update set amount_minor = known.amount_minor + excluded.amount_minor;
    end $$;
  `);
}
