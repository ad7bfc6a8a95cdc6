import type { Knex } from 'knex';

export const config = { transaction: false };

/** Transactional and marketing messages are claimed apart: a class is a lane. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`-- safe since 0.1.0: only the leftover of this migration can have the name
    drop index concurrently if exists notifications.messages_due_by_class`);
  await knex.raw(`
    create index concurrently messages_due_by_class on notifications.messages (channel, class, next_attempt_at, id)
    where next_attempt_at is not null`);
  await knex.raw(`-- safe since 0.1.0: the previous release claims by the new index too, skipping over its second column
    drop index concurrently if exists notifications.messages_due`);
}
