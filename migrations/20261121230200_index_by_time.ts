import type { Knex } from 'knex';

export const config = { transaction: false };

/** What re-aggregates a day reads that day: rows lie in the order of time, so a few kilobytes of BRIN find it. */
export async function up(knex: Knex): Promise<void> {
  for (const [name, table] of [
    ['rewards.ledger_entries_by_time', 'rewards.ledger_entries'],
    ['notifications.messages_by_time', 'notifications.messages'],
  ] as const) {
    await knex.raw(`-- safe since 0.1.0: only the leftover of this migration can have the name
      drop index concurrently if exists ${name}`);
    const [, index = ''] = name.split('.');
    await knex.raw(`create index concurrently ${index} on ${table} using brin (created_at) with (autosummarize = on)`);
  }
}
