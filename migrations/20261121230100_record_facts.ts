import type { Knex } from 'knex';

const NOBODY = `'00000000-0000-0000-0000-000000000000'::uuid`;
const QUARTER = (moment: string): string => `date_bin('15 minutes', ${moment}, '2000-01-01 00:00:00+00')`;

/** Facts are written by the statement that makes them true, grouped: a chunk of a thousand credits costs one row. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The start of a transaction can lie long before its first row; a bucket would be called complete without it.
    alter table rewards.ledger_entries alter column created_at set default clock_timestamp();

    create function rewards.record_ledger_facts() returns trigger language plpgsql as $$
    begin
      insert into analytics.facts (metric, subject, dimension, bucket, n, amount)
      select 'coins', case when ref_type = 'bonus' then account_id else ${NOBODY} end, ref_type,
        ${QUARTER('created_at')}, count(*), -sum(amount)
      from entries where amount < 0 group by 2, 3, 4;
      return null;
    end $$;
    create trigger record_ledger_facts after insert on rewards.ledger_entries
      referencing new table as entries for each statement execute function rewards.record_ledger_facts();

    -- Lines are counted where their file was uploaded, whenever they are credited.
    create function rewards.record_import_facts() returns trigger language plpgsql as $$
    begin
      if tg_op = 'INSERT' then
        insert into analytics.groups (group_id, campaign_id) values (new.id, new.campaign_id);
        insert into analytics.facts (metric, subject, dimension, bucket, n, amount)
        values ('imports', new.campaign_id, 'files', ${QUARTER('new.created_at')}, 1, new.lines);
      end if;
      insert into analytics.facts (metric, subject, dimension, bucket, n, amount)
      select 'import-lines', new.campaign_id, result, ${QUARTER('new.created_at')}, became - was, 0
      from (values
        ('credited', case when tg_op = 'UPDATE' then old.credited else 0 end, new.credited),
        ('pending', case when tg_op = 'UPDATE' then old.pending else 0 end, new.pending),
        ('duplicate', case when tg_op = 'UPDATE' then old.duplicate else 0 end, new.duplicate),
        ('expired', case when tg_op = 'UPDATE' then old.expired else 0 end, new.expired),
        ('malformed', case when tg_op = 'UPDATE' then old.malformed else 0 end, new.malformed)
      ) changed (result, was, became)
      where became <> was;
      return null;
    end $$;
    create trigger record_import_facts after insert or update on rewards.bonus_imports
      for each row execute function rewards.record_import_facts();
    insert into analytics.groups (group_id, campaign_id) select id, campaign_id from rewards.bonus_imports;
  `);
  await knex.raw(`
    -- Messages are counted where they were created, in the state they are in: -1 for the old one, +1 for the new.
    create function notifications.record_new_message_facts() returns trigger language plpgsql as $$
    begin
      with created as (
        select coalesce(group_id, ${NOBODY}) as subject, channel, class, state, ${QUARTER('created_at')} as bucket,
          count(*) as n
        from new_rows group by 1, 2, 3, 4, 5)
      insert into analytics.facts (metric, subject, dimension, bucket, n, amount)
      select 'messages', subject, channel || '/' || class || '/' || state, bucket, n, 0 from created
      union all
      select 'messages', subject, channel || '/' || class || '/created', bucket, sum(n), 0
      from created group by subject, channel, class, bucket;
      return null;
    end $$;

    create function notifications.record_message_facts() returns trigger language plpgsql as $$
    begin
      insert into analytics.facts (metric, subject, dimension, bucket, n, amount)
      select 'messages', coalesce(group_id, ${NOBODY}), channel || '/' || class || '/' || state, bucket, n, 0
      from (
        select group_id, channel, class, state, ${QUARTER('created_at')} as bucket, sum(change) as n
        from (
          select group_id, channel, class, state, created_at, 1 as change from new_rows
          union all
          select group_id, channel, class, state, created_at, -1 from old_rows
        ) moved
        group by 1, 2, 3, 4, 5 having sum(change) <> 0
      ) changed;
      return null;
    end $$;

    create trigger messages_record_new after insert on notifications.messages
      referencing new table as new_rows for each statement execute function notifications.record_new_message_facts();
    create trigger messages_record_steps after update on notifications.messages
      referencing old table as old_rows new table as new_rows
      for each statement execute function notifications.record_message_facts();
  `);
}
