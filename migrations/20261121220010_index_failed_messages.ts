import type { Knex } from 'knex';

export const config = { transaction: false };

/** Finds what failed in a time range without touching the messages themselves: failures are few, and the index holds all of it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`-- safe since 0.1.0: only the leftover of this migration can have the name
    drop index concurrently if exists notifications.messages_failed`);
  await knex.raw(`
    create index concurrently messages_failed on notifications.messages (settled_at)
    include (channel, class, provider, state, reason)
    where settled_at is not null and state in ('dead', 'undelivered', 'suppressed', 'unknown')`);
}
