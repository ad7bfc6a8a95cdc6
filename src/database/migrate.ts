import { readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runMigrations as migrateQueue } from 'graphile-worker';
import knex from 'knex';
import type { Knex } from 'knex';
import pg from 'pg';
import { StartupError } from '../shared/startup-error.ts';
import type { Queryable } from './transaction.ts';
import { statement } from './transaction.ts';

const folder = path.resolve(import.meta.dirname, '../../migrations');

/** What a migration file exports. */
interface Migration {
  up(knex: Knex): Promise<void>;
  /** `{ transaction: false }` for CREATE INDEX CONCURRENTLY and its kind. */
  readonly config?: { readonly transaction: boolean };
}

/** The migrations this build brings, oldest first, without their file ending. */
export function knownMigrations(): string[] {
  return readdirSync(folder)
    .filter((file) => /^\d{14}_[a-z_]+\.ts$/.test(file))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}

export interface MigrateResult {
  /** The migrations applied by this run, oldest first. */
  readonly applied: readonly string[];
}

// Any fixed number: the same for every Portico, so that two starting at once migrate one after the other.
const migrationLock = 7_065_416_332;

/**
 * Brings the database to this build's schema, the job queue's own included. Safe to run from several processes at once.
 * Each migration is one transaction unless it says otherwise; what waits longer than two seconds for a lock gives up
 * rather than stand in front of live traffic.
 *
 * @param url - connects as the owner of the schemas.
 * @throws StartupError when the database is newer than this build, or a migration stopped half-way.
 */
export async function migrate(url: string): Promise<MigrateResult> {
  const guard = new pg.Client({ connectionString: url, application_name: 'portico migrate' });
  await guard.connect();
  // Knex prints a failure before throwing it; it is told once, by whoever catches it.
  const silent = { error: () => undefined };
  const database = knex({ client: 'pg', connection: url, pool: { min: 0, max: 1 }, log: silent });
  try {
    await guard.query('select pg_advisory_lock($1)', [migrationLock]);
    await guard.query('create schema if not exists platform');
    await guard.query(`create table if not exists platform.unfinished_migrations (
      name text primary key, started_at timestamptz not null default clock_timestamp())`);
    await refuseUnfinished(guard);
    await migrateQueue({ connectionString: url });
    await database.raw('set lock_timeout = 2000');
    const applied = await applyAll(database, guard);
    return { applied };
  } finally {
    await database.destroy();
    await guard.end();
  }
}

async function refuseUnfinished(guard: pg.Client): Promise<void> {
  const { rows } = await guard.query<{ name: string }>('select name from platform.unfinished_migrations order by name');
  const unfinished = rows[0]?.name;
  if (unfinished === undefined) return;
  throw new StartupError(
    `Migration ${unfinished} stopped half-way: undo what it left (see migrations/${unfinished}.ts), then delete its row from ` +
      'platform.unfinished_migrations and run "npm run migrate" again.',
  );
}

async function applyAll(database: Knex, guard: pg.Client): Promise<string[]> {
  const config: Knex.MigratorConfig = {
    schemaName: 'platform',
    tableName: 'migrations',
    migrationSource: {
      getMigrations: () => Promise.resolve(knownMigrations()),
      getMigrationName: (name: string) => name,
      getMigration: async (name: string) => ({ ...withMarker(name, await load(name), guard), down: refuseDown }),
    },
  };
  await refuseNewer(database);
  // Knex's own lock is a row that outlives a crash; we hold the advisory lock, so whoever set it is gone.
  await database.migrate.forceFreeMigrationsLock(config);
  try {
    const [, applied] = (await database.migrate.latest(config)) as [number, string[]];
    return applied;
  } catch (cause) {
    throw new StartupError(
      `A migration failed and what it did was rolled back (${firstLine(cause)}): remove the cause, then run "npm run migrate" again.`,
      { cause },
    );
  }
}

function refuseDown(): Promise<void> {
  return Promise.reject(new Error('Migrations only go forward.'));
}

/** A migration without a transaction leaves its name behind while it runs, so that a crash in it does not go unseen. */
function withMarker(name: string, migration: Migration, guard: pg.Client): Migration {
  if (migration.config?.transaction !== false) return migration;
  return {
    ...migration,
    up: async (database) => {
      await guard.query('insert into platform.unfinished_migrations (name) values ($1)', [name]);
      await migration.up(database);
      await guard.query('delete from platform.unfinished_migrations where name = $1', [name]);
    },
  };
}

async function load(name: string): Promise<Migration> {
  return (await import(pathToFileURL(path.join(folder, `${name}.ts`)).href)) as Migration;
}

async function refuseNewer(database: Knex): Promise<void> {
  if (!(await database.schema.withSchema('platform').hasTable('migrations'))) return;
  const known = new Set(knownMigrations());
  const rows = (await database.withSchema('platform').from('migrations').select('name').orderBy('name')) as {
    name: string;
  }[];
  const unknown = rows.find((row) => !known.has(row.name))?.name;
  if (unknown === undefined) return;
  throw new StartupError(
    `The database was migrated by a newer Portico (it has ${unknown}, which this build does not know): start that version.`,
  );
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n').at(-1)?.trim() ?? '';
}

const listApplied = statement<{ name: string }>(
  'platform.list_applied_migrations',
  'select name from platform.migrations order by name',
);

/**
 * Whether this build can work on the database as it is: every migration it brings is applied. Later ones are allowed,
 * since migrations only add while an older build may still be running.
 */
export async function schemaState(database: Queryable): Promise<'current' | 'behind'> {
  const applied = new Set((await database.query(listApplied)).map((row) => row.name));
  return knownMigrations().every((name) => applied.has(name)) ? 'current' : 'behind';
}
