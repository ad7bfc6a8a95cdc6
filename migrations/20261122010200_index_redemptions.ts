import type { Knex } from 'knex';

export const config = { transaction: false };

/** Staff read everybody's redemptions by time, those of one reward, and the few that were refunded. */
export async function up(knex: Knex): Promise<void> {
  for (const [name, rows] of [
    ['redemptions_by_time', '(created_at, id)'],
    ['redemptions_by_reward', '(reward_id, created_at, id)'],
    ['redemptions_refunded', '(created_at, id) where refunded_at is not null'],
  ] as const) {
    await knex.raw(`-- safe since 0.1.0: only the leftover of this migration can have the name
      drop index concurrently if exists rewards.${name}`);
    await knex.raw(`create index concurrently ${name} on rewards.redemptions ${rows}`);
  }
}
