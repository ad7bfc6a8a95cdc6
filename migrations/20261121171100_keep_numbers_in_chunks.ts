import type { Knex } from 'knex';

/** Staged numbers move from a row per line into arrays, a chunk each. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- safe since 0.1.0: a column that may be null troubles no process that fills it
    alter table rewards.bonus_chunks alter column first_line drop not null, alter column last_line drop not null;

    -- The numbers of an open or cancelled chunk, sorted, without their plus; forgotten when they are credited.
    alter table rewards.bonus_chunks add column numbers bigint[];
    -- A process of the release before this one knows staged lines only: it must not take such a chunk for an empty one.
    alter table rewards.bonus_chunks
      add constraint bonus_chunks_done_is_forgotten check (state <> 'done' or numbers is null) not valid;
    grant update (numbers) on rewards.bonus_chunks to portico_app;
  `);
}
