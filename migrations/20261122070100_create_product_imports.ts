import type { Knex } from 'knex';

/** Files of products: what waits to be written, and what was wrong with which line (docs/decisions/0105). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table catalog.product_imports (
      id uuid primary key,
      dry_run boolean not null,
      lines integer not null check (lines > 0),
      created_at timestamptz not null
    );
    grant select, insert, delete on catalog.product_imports to portico_app;

    -- Stored while the file arrives, before it is known how many lines it has: so references are looked at in the end.
    -- Written one after the other, each in one transaction: whoever dies leaves an open one behind.
    create table catalog.product_import_chunks (
      import_id uuid not null references catalog.product_imports on delete cascade deferrable initially deferred,
      n integer not null,
      -- [{line, product}]; null once written
      items jsonb,
      created integer not null default 0,
      changed integer not null default 0,
      unchanged integer not null default 0,
      done_at timestamptz,
      primary key (import_id, n),
      constraint product_import_chunks_forget check ((items is null) = (done_at is not null))
    );
    grant select, insert, update (items, created, changed, unchanged, done_at) on catalog.product_import_chunks to portico_app;

    create table catalog.product_import_faults (
      id bigint generated always as identity primary key,
      import_id uuid not null references catalog.product_imports on delete cascade deferrable initially deferred,
      line integer not null,
      -- JSON Pointer into the line; empty for the line as a whole
      pointer text not null,
      detail text not null
    );
    create index product_import_faults_by_line on catalog.product_import_faults (import_id, line, id);
    grant select, insert on catalog.product_import_faults to portico_app;
  `);
}
