import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The language of the number's country, for segments; what people told about themselves stands in their preferences.
    alter table notifications.recipients add column locale text;
    -- The next sweep copies everybody again, and fills it.
    update notifications.recipients_mark set changed_at = '-infinity', user_id = '00000000-0000-0000-0000-000000000000';
  `);
}
