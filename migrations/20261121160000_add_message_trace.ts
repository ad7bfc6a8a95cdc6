import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- W3C trace context of what wants the message sent, when that is recorded: the call to the vendor belongs to that trace,
    -- whichever batch makes it.
    alter table notifications.messages add column traceparent text;
  `);
}
