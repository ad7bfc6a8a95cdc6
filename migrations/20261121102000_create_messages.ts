import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create schema notifications;
    grant usage on schema notifications to portico_app;

    create table notifications.messages (
      id uuid primary key,
      dedupe_key text not null check (char_length(dedupe_key) between 1 and 200),
      channel text not null check (channel in ('sms', 'email')),
      class text not null check (class in ('otp', 'transactional', 'marketing')),
      lane text not null generated always as (case class when 'otp' then 'otp' else 'bulk' end) stored,
      address text not null check (char_length(address) between 1 and 320),
      subject text check (char_length(subject) <= 255),
      body text not null check (char_length(body) <= 20000),
      user_id uuid,
      group_id uuid,
      -- The calling code whose daily budget an SMS uses, without the plus.
      country text check (country ~ '^[1-9][0-9]{0,2}$'),

      state text not null,
      reason text,
      attempts smallint not null default 0 check (attempts >= 0),
      -- The attempt whose answer may still change this row.
      attempt_id uuid,
      -- Set while the fate of a call is not known: only this provider may be asked again, only under this key.
      request_key uuid,
      -- The provider of the next attempt; null means the first in configured order that is willing.
      route text,
      provider text,
      provider_message_id text,

      deadline timestamptz not null,
      -- Set exactly while the row may be claimed.
      next_attempt_at timestamptz,
      -- When somebody must look at a row that nobody may claim: the lease ends, or no report has come.
      wake_at timestamptz,
      created_at timestamptz not null,
      settled_at timestamptz,

      constraint messages_dedupe_key unique (dedupe_key),
      constraint messages_sms_has_no_subject check (channel = 'email' or subject is null),
      constraint messages_timers_follow_state check (case
        when state in ('scheduled', 'queued', 'retry_wait')
          then next_attempt_at is not null and wake_at is null and settled_at is null
        when state in ('claimed', 'sending', 'sent')
          then next_attempt_at is null and wake_at is not null and settled_at is null
        when state = 'unknown'
          then num_nonnulls(next_attempt_at, wake_at, settled_at) = 1
        when state in ('delivered', 'undelivered', 'expired', 'suppressed', 'cancelled', 'dead')
          then next_attempt_at is null and wake_at is null and settled_at is not null
        else false end)
    ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

    create index messages_due on notifications.messages (channel, lane, next_attempt_at, id)
      where next_attempt_at is not null;
    create index messages_wake on notifications.messages (wake_at) where wake_at is not null;
    create index messages_by_group on notifications.messages (group_id, id) where group_id is not null;
    create index messages_by_state on notifications.messages (state, id);
    create index messages_secret on notifications.messages (deadline) where class = 'otp' and body <> '';

    -- No delete: nothing the application can do makes a message, or the fact that it was sent, disappear.
    grant select, insert, update on notifications.messages to portico_app;
  `);

  await knex.raw(`
    -- Every step a message may take. Our own steps and, from 'sent' on, those of delivery reports, which only go up.
    create function notifications.is_step(from_state text, to_state text) returns boolean
    language sql immutable parallel safe as $$
      select case from_state
        when 'scheduled' then to_state in ('queued', 'claimed', 'cancelled')
        when 'queued' then to_state in ('claimed', 'cancelled', 'sent', 'delivered', 'undelivered', 'expired')
        when 'claimed' then
          to_state in ('sending', 'queued', 'suppressed', 'dead', 'unknown', 'sent', 'delivered', 'undelivered', 'expired')
        when 'sending' then
          to_state in ('sent', 'retry_wait', 'unknown', 'dead', 'delivered', 'undelivered', 'expired')
        when 'retry_wait' then to_state in ('claimed', 'cancelled', 'sent', 'delivered', 'undelivered', 'expired')
        when 'unknown' then to_state in ('claimed', 'retry_wait', 'dead', 'sent', 'delivered', 'undelivered', 'expired')
        when 'sent' then to_state in ('delivered', 'undelivered', 'expired')
        when 'undelivered' then to_state = 'delivered'
        when 'expired' then to_state = 'delivered'
        when 'dead' then to_state = 'queued'
        else false end
    $$;

    -- Counters are written as changes and summed when read: writers never wait for each other's counter row.
    -- The zero UUID stands for messages without a group.
    create table notifications.message_counts (
      group_id uuid not null,
      channel text not null,
      state text not null,
      change bigint not null
    ) with (autovacuum_vacuum_scale_factor = 0.05);
    create index message_counts_by_group on notifications.message_counts (group_id, channel, state);
    grant select, insert, delete on notifications.message_counts to portico_app;

    create function notifications.count_new_messages() returns trigger language plpgsql as $$
    begin
      insert into notifications.message_counts (group_id, channel, state, change)
      select coalesce(group_id, '00000000-0000-0000-0000-000000000000'), channel, state, count(*)
      from new_rows group by 1, 2, 3;
      return null;
    end $$;

    create function notifications.check_and_count_steps() returns trigger language plpgsql as $$
    declare wrong record;
    begin
      select o.id, o.state as was, n.state as became into wrong
      from old_rows o join new_rows n on n.id = o.id
      where n.state <> o.state and not notifications.is_step(o.state, n.state) limit 1;
      if found then
        raise exception 'message % cannot go from % to %', wrong.id, wrong.was, wrong.became
          using errcode = 'check_violation', constraint = 'messages_step';
      end if;

      insert into notifications.message_counts (group_id, channel, state, change)
      select coalesce(group_id, '00000000-0000-0000-0000-000000000000'), channel, state, sum(change) from (
        select group_id, channel, state, 1 as change from new_rows
        union all
        select group_id, channel, state, -1 from old_rows
      ) moved
      group by 1, 2, 3 having sum(change) <> 0;
      return null;
    end $$;

    create trigger messages_count_new after insert on notifications.messages
      referencing new table as new_rows for each statement execute function notifications.count_new_messages();
    create trigger messages_check_and_count_steps after update on notifications.messages
      referencing old table as old_rows new table as new_rows
      for each statement execute function notifications.check_and_count_steps();
  `);
}
