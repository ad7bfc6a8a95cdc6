import type { Knex } from 'knex';

export const config = { transaction: false };

/** Finds what belongs to one person, and what is old. */
export async function up(knex: Knex): Promise<void> {
  for (const [schema, name, index] of indexes) {
    await knex.raw(`-- safe since 0.1.0: only the leftover of this migration can have the name
      drop index concurrently if exists ${schema}.${name}`);
    await knex.raw(`create index concurrently ${name} on ${schema}.${index}`);
  }
}

const indexes = [
  ['notifications', 'messages_by_user', 'messages (user_id, id) where user_id is not null'],
  ['platform', 'sandbox_messages_by_time', 'sandbox_messages (created_at)'],
  ['rewards', 'bonus_imports_by_time', 'bonus_imports (finished_at) where finished_at is not null'],
] as const;
