import type { Knex } from 'knex';

/** What comparing a day with a provider's list came to; made again, it replaces what was made before. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table payments.reconciliations (
      id uuid primary key,
      provider text not null check (provider ~ '^[a-z][a-z0-9-]{0,30}$'),
      day date not null,
      outcome text not null check (outcome in ('compared', 'unavailable')),
      detail text,
      matched integer not null default 0 check (matched >= 0),
      -- Movements that only we have, only they have, or that differ; the lists are cut at 1,000 and these are not.
      ours_only integer not null default 0 check (ours_only >= 0),
      theirs_only integer not null default 0 check (theirs_only >= 0),
      different integer not null default 0 check (different >= 0),
      report jsonb not null,
      made_at timestamptz not null,
      constraint reconciliations_once_a_day unique (provider, day)
    );
    create index reconciliations_newest on payments.reconciliations (day, id);
    grant select, insert, update on payments.reconciliations to portico_app;
  `);
}
