import type { Knex } from 'knex';

export const config = { transaction: false };

/** Finds the accounts that changed lately, for the copies that other contexts keep. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`-- safe since 0.1.0: only the leftover of this migration can have the name
    drop index concurrently if exists identity.users_changed_idx`);
  await knex.raw('create index concurrently users_changed_idx on identity.users (updated_at, id)');
}
