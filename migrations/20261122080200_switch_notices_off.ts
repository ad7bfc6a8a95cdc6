import type { Knex } from 'knex';

/** Members choose, team by team, whether they are told of new expenses. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table teams.members add column expense_notices boolean not null default true;
    grant update (expense_notices) on teams.members to portico_app;
  `);
}
