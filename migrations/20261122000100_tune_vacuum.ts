import type { Knex } from 'knex';

/** Vacuum of what only grows, chosen by measurement: docs/operations.md, "Settings". */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The first vacuum freezes rows that nobody can change, while their pages are in memory and need no full image in the log:
    -- 3.5 MB of it for a million rows, where freezing them later writes 90. It comes every 100,000 rows, not after a fifth of
    -- the table.
    alter table rewards.ledger_entries set (
      autovacuum_freeze_min_age = 0, autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 100000);
    alter table rewards.score_events set (
      autovacuum_freeze_min_age = 0, autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 100000);
  `);
  // Truncated within days: whatever a vacuum did for them would be thrown away.
  for (let slot = 0; slot < 8; slot += 1) {
    await knex.raw(`alter table analytics.facts_${slot} set (autovacuum_vacuum_insert_threshold = -1)`);
  }
}
