import type { Knex } from 'knex';

export const config = { transaction: false };

/** Finds the messages of a paused campaign: they are queued for a day that never comes. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`-- safe since 0.1.0: only the leftover of this migration can have the name
    drop index concurrently if exists notifications.messages_parked`);
  await knex.raw(`
    create index concurrently messages_parked on notifications.messages (group_id)
    where next_attempt_at = '9999-01-01T00:00:00Z'`);
}
