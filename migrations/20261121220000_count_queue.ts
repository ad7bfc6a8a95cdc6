import type { Knex } from 'knex';

/** Counts all messages by channel, class, provider and state, however many groups there are. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The sums of the whole queue, written as changes like message_counts and by the same statements: a few hundred rows
    -- after summing up, whether there are a thousand messages or ten million. The empty provider: none was asked yet.
    create table notifications.queue_counts (
      channel text not null,
      class text not null,
      provider text not null,
      state text not null,
      change bigint not null
    ) with (autovacuum_vacuum_scale_factor = 0.05);
    grant select, insert, delete on notifications.queue_counts to portico_app;

    create or replace function notifications.count_new_messages() returns trigger language plpgsql as $$
    begin
      with added as materialized (
        select group_id, channel, class, coalesce(provider, '') as provider, state, count(*) as change
        from new_rows group by 1, 2, 3, 4, 5
      ), grouped as (
        insert into notifications.message_counts (group_id, channel, state, change)
        select coalesce(group_id, '00000000-0000-0000-0000-000000000000'), channel, state, sum(change)
        from added group by 1, 2, 3
      )
      insert into notifications.queue_counts (channel, class, provider, state, change)
      select channel, class, provider, state, sum(change) from added group by 1, 2, 3, 4;
      return null;
    end $$;

    -- Replacing a function forgets its settings: why nested loops are off stands in 20261121170000.
    create or replace function notifications.check_and_count_steps() returns trigger language plpgsql
      set enable_nestloop = off as $$
    declare wrong record;
    begin
      select o.id, o.state as was, n.state as became into wrong
      from old_rows o join new_rows n on n.id = o.id
      where n.state <> o.state and not notifications.is_step(o.state, n.state) limit 1;
      if found then
        raise exception 'message % cannot go from % to %', wrong.id, wrong.was, wrong.became
          using errcode = 'check_violation', constraint = 'messages_step';
      end if;

      with moved as materialized (
        select group_id, channel, class, coalesce(provider, '') as provider, state, sum(change) as change from (
          select group_id, channel, class, provider, state, 1 as change from new_rows
          union all
          select group_id, channel, class, provider, state, -1 from old_rows
        ) both_sides
        group by 1, 2, 3, 4, 5 having sum(change) <> 0
      ), grouped as (
        insert into notifications.message_counts (group_id, channel, state, change)
        select coalesce(group_id, '00000000-0000-0000-0000-000000000000'), channel, state, sum(change)
        from moved group by 1, 2, 3 having sum(change) <> 0
      )
      insert into notifications.queue_counts (channel, class, provider, state, change)
      select channel, class, provider, state, sum(change) from moved group by 1, 2, 3, 4 having sum(change) <> 0;
      return null;
    end $$;

    -- Nobody writes between the first count and the first counted change: sending waits for about a second per three
    -- million messages, once.
    lock table notifications.messages in share row exclusive mode;
    insert into notifications.queue_counts (channel, class, provider, state, change)
    select channel, class, coalesce(provider, ''), state, count(*) from notifications.messages group by 1, 2, 3, 4;
  `);
}
