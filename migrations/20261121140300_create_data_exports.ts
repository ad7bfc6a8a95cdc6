import type { Knex } from 'knex';

/** Exports of what is known about one person: asked for by them, collected by a job, sealed piece by piece. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table identity.data_exports (
      id uuid primary key,
      user_id uuid not null references identity.users on delete cascade,
      state text not null default 'running',
      -- The run of the job whose pieces count; another run of it writes pieces of its own.
      run_id uuid,
      bytes bigint,
      requested_at timestamptz not null default clock_timestamp(),
      finished_at timestamptz,
      expires_at timestamptz,
      constraint data_exports_state_known check (state in ('running', 'ready', 'failed')),
      constraint data_exports_ready_is_whole
        check ((state = 'ready') = (num_nulls(run_id, bytes, expires_at) = 0) and (state = 'running') = (finished_at is null))
    );
    create unique index data_exports_one_running on identity.data_exports (user_id) where state = 'running';
    create index data_exports_by_user on identity.data_exports (user_id);
    create index data_exports_by_time on identity.data_exports (requested_at);

    create table identity.data_export_pieces (
      export_id uuid not null references identity.data_exports on delete cascade,
      run_id uuid not null,
      n integer not null,
      sealed bytea not null,
      primary key (export_id, run_id, n)
    );
    grant select, insert, update, delete on identity.data_exports, identity.data_export_pieces to portico_app;
  `);
}
