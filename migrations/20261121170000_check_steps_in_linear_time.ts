import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The plan that compares old and new rows is kept per connection, and is first made for a few rows: a nested loop. With
    -- it, an update of 5,000 messages took 12 s, of 500 still 0.1 s; a hash join takes 0.3 s and 0.04 s.
    alter function notifications.check_and_count_steps() set enable_nestloop = off;
  `);
}
