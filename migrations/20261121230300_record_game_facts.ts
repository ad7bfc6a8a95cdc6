import type { Knex } from 'knex';

/** Rounds are counted when they are finished, by game, with the coins they won. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create function rewards.record_score_facts() returns trigger language plpgsql as $$
    begin
      insert into analytics.facts (metric, subject, dimension, bucket, n, amount)
      select 'rounds', '00000000-0000-0000-0000-000000000000'::uuid, game_id,
        date_bin('15 minutes', finished_at, '2000-01-01 00:00:00+00'),
        case tg_op when 'INSERT' then count(*) else -count(*) end, case tg_op when 'INSERT' then sum(coins) else -sum(coins) end
      from changed group by 3, 4;
      return null;
    end $$;
    create trigger record_score_facts after insert on rewards.score_events
      referencing new table as changed for each statement execute function rewards.record_score_facts();
    -- Rounds of an erased person are gone from the figures as from the table.
    create trigger forget_score_facts after delete on rewards.score_events
      referencing old table as changed for each statement execute function rewards.record_score_facts();
  `);
}
