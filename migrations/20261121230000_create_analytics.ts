import type { Knex } from 'knex';

/** Facts that other contexts' triggers write, and the rollups that a job makes of them (docs/decisions/0070, 0071). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create schema analytics;
    grant usage on schema analytics to portico_app;

    -- One row per statement that changed something countable, grouped already; -1 where something stopped being so. The slot
    -- is the day modulo eight: a ring of partitions that are emptied and used again, so none has ever to be made in time.
    create table analytics.facts (
      slot smallint not null
        default ((extract(epoch from clock_timestamp())::bigint / 86400) % 8)::smallint,
      xid xid8 not null default pg_current_xact_id(),
      metric text not null,
      -- The campaign or group it belongs to; the zero UUID is none.
      subject uuid not null,
      dimension text not null,
      -- The start of the quarter of an hour it is counted in.
      bucket timestamptz not null,
      n bigint not null,
      amount bigint not null
    ) partition by list (slot);
    create index facts_by_xid on analytics.facts (xid);
    grant select, insert on analytics.facts to portico_app;
  `);
  for (let slot = 0; slot < 8; slot += 1) {
    await knex.raw(`
      create table analytics.facts_${slot} partition of analytics.facts for values in (${slot});
      grant select, truncate on analytics.facts_${slot} to portico_app;
    `);
  }
  await knex.raw(`
    -- Whose campaign a group of messages belongs to, written with the group's cause.
    create table analytics.groups (
      group_id uuid primary key,
      campaign_id uuid not null
    );
    grant select, insert on analytics.groups to portico_app;

    -- The subject zero is the sum over all subjects.
    create table analytics.rollups (
      metric text not null,
      subject uuid not null,
      dimension text not null,
      bucket timestamptz not null,
      n bigint not null,
      amount bigint not null,
      primary key (metric, subject, dimension, bucket)
    ) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);

    create table analytics.days (
      zone text not null,
      metric text not null,
      subject uuid not null,
      dimension text not null,
      day date not null,
      n bigint not null,
      amount bigint not null,
      primary key (zone, metric, subject, dimension, day)
    ) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);

    create table analytics.totals (
      metric text not null,
      subject uuid not null,
      dimension text not null,
      n bigint not null,
      amount bigint not null,
      primary key (metric, subject, dimension)
    ) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
    grant select, insert, update, delete on analytics.rollups, analytics.days, analytics.totals to portico_app;

    -- The zones that have a row per day in analytics.days, from the first fact on.
    create table analytics.zones (name text primary key);

    create table analytics.rollup_state (
      name text primary key,
      -- Facts of all transactions below are rolled up, and none above.
      below xid8 not null,
      -- Nothing that happened before it can still appear.
      as_of timestamptz not null,
      -- The heartbeat by which a replica's lag is told.
      beat_at timestamptz not null,
      -- Moves when figures or the completeness of a bucket do.
      version bigint not null
    ) with (fillfactor = 50);
    insert into analytics.rollup_state values ('facts', '0', '-infinity', clock_timestamp(), 0);

    -- Which transaction ids did not exist yet at a moment: whatever is above was begun later.
    create table analytics.horizons (
      at timestamptz primary key,
      next_xid xid8 not null
    );

    -- One row that every comparison updates: two that repair at once would both add the same difference.
    create table analytics.comparisons (
      name text primary key,
      began_at timestamptz not null
    );
    insert into analytics.comparisons values ('facts', '-infinity');

    create table analytics.top_users (
      zone text not null,
      measure text not null check (measure in ('coins-received', 'coins-spent')),
      days smallint not null check (days in (1, 7, 30)),
      -- The last day of the window.
      through date not null,
      rank smallint not null check (rank between 1 and 100),
      user_id uuid not null,
      coins bigint not null check (coins > 0),
      primary key (zone, measure, days, through, rank)
    );
    -- A window in which nobody had coins is ranked as well.
    create table analytics.rankings (
      zone text not null,
      through date not null,
      ranked_at timestamptz not null,
      primary key (zone, through)
    );
    grant select, insert, update, delete on analytics.horizons to portico_app;
    grant select, insert on analytics.zones to portico_app;
    grant select, update on analytics.rollup_state, analytics.comparisons to portico_app;
    grant select, insert, delete on analytics.top_users, analytics.rankings to portico_app;
  `);
}
