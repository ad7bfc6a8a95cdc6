import type { Knex } from 'knex';

/** Hours of each configured zone, for series of weeks: a quarter of the quarters to read (docs/decisions/0074). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The sums over all subjects, by the hour of a zone that has days: series of hours are asked of everything alone.
    create table analytics.hours (
      zone text not null,
      metric text not null,
      dimension text not null,
      hour timestamptz not null,
      n bigint not null,
      amount bigint not null,
      primary key (zone, metric, dimension, hour)
    ) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
    grant select, insert, update, delete on analytics.hours to portico_app;

    -- The watermark that hours reached. Where it is not that of the rest, a roller that knows no hours was at work: they are
    -- not read, and the next one that knows them makes them anew.
    alter table analytics.rollup_state add column hours_below xid8;
  `);
}
