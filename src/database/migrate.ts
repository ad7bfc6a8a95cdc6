import { setTimeout as pause } from 'node:timers/promises';
import { runMigrations as migrateQueue } from 'graphile-worker';
import knex from 'knex';
import type { Knex } from 'knex';
import pg from 'pg';
import { StartupError } from '../shared/startup-error.ts';
import { checksumOf, knownMigrations, loadMigration, migrationsFolder } from './migration-files.ts';
import type { Migration } from './migration-files.ts';
import { statement } from './transaction.ts';
import type { Queryable } from './transaction.ts';

export interface MigrateOptions {
  /** Where the migrations are. Default: those of this build. */
  readonly folder?: string;
  /** Milliseconds that a statement waits for a lock before it gives up rather than stand in front of live traffic. */
  readonly lockTimeout?: number;
  /** How often a migration that did not get its locks is tried. */
  readonly lockAttempts?: number;
  /** Told what happens while it happens, one line each. */
  readonly report?: (line: string) => void;
}

export interface MigrateResult {
  /** The migrations applied by this run, oldest first. */
  readonly applied: readonly string[];
}

type Settings = Required<MigrateOptions>;

// Any fixed number: the same for every Portico, so that two starting at once migrate one after the other.
const migrationLock = 7_065_416_332;

const lockNotAvailable = '55P03';

/**
 * Brings the database to this build's schema, the job queue's own included. Safe to run from several processes at once:
 * they wait for each other. Each migration is one transaction unless it says otherwise.
 *
 * @param url - connects as the owner of the schemas, directly or through a session-mode pooler.
 * @throws StartupError when the database is newer than this build, an applied migration was changed, one stopped
 *   half-way, or one fails now.
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<MigrateResult> {
  const settings: Settings = {
    folder: migrationsFolder,
    lockTimeout: 2_000,
    lockAttempts: 10,
    report: () => undefined,
    ...options,
  };
  const guard = new pg.Client({ connectionString: url, application_name: 'portico migrate' });
  // Told by the next query on it; without a listener it would end the process in the middle of a migration.
  guard.on('error', () => undefined);
  await guard.connect();
  // Knex keeps one connection and prints a failure before throwing it; it is told once, by whoever catches it.
  const database = knex({
    client: 'pg',
    connection: { connectionString: url, options: `-c lock_timeout=${settings.lockTimeout}` },
    pool: { min: 0, max: 1 },
    log: { warn: () => undefined, error: () => undefined },
  });
  try {
    await takeTurn(guard, settings);
    await guard.query(`create schema if not exists platform`);
    await guard.query(`create table if not exists platform.migration_runs (
      name text primary key, sha256 text not null, started_at timestamptz not null default clock_timestamp(),
      finished_at timestamptz)`);
    await judgeState(guard, settings.folder);
    await migrateQueue({ connectionString: url });
    return { applied: await applyAll(database, guard, settings) };
  } finally {
    await database.destroy();
    await guard.end();
  }
}

/** Asks again and again: a session that waits inside one statement would make CREATE INDEX CONCURRENTLY wait for it. */
async function takeTurn(guard: pg.Client, { report }: Settings): Promise<void> {
  for (let asked = 0; ; asked += 1) {
    const { rows } = await guard.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [migrationLock]);
    if (rows[0]?.mine === true) return;
    if (asked === 0) report('waiting for another process that is migrating');
    await pause(100);
  }
}

/** Refuses what no further migration can put right. */
async function judgeState(guard: pg.Client, folder: string): Promise<void> {
  const known = new Set(knownMigrations(folder));
  const { rows: recorded } = await guard.query<{ exists: boolean }>(
    `select to_regclass('platform.migrations') is not null as exists`,
  );
  if (recorded[0]?.exists === true) {
    const { rows } = await guard.query<{ name: string }>('select name from platform.migrations order by name');
    const unknown = rows.find(({ name }) => !known.has(name))?.name;
    if (unknown !== undefined) {
      throw new StartupError(
        `The database was migrated by a newer Portico (it has ${unknown}, which this build does not know): start that version.`,
      );
    }
  }
  const { rows: runs } = await guard.query<{ name: string; sha256: string; finished: boolean }>(
    'select name, sha256, finished_at is not null as finished from platform.migration_runs order by name',
  );
  for (const { name, sha256, finished } of runs) {
    if (!finished) {
      throw new StartupError(
        `Migration ${name} stopped half-way: undo what it left (see migrations/${name}.ts), then delete its row from ` +
          'platform.migration_runs and run "npm run migrate" again.',
      );
    }
    if (known.has(name) && checksumOf(name, folder) !== sha256) {
      throw new StartupError(
        `Migration ${name} was changed after this database applied it: restore migrations/${name}.ts as it was and put the change into a new migration.`,
      );
    }
  }
}

async function applyAll(database: Knex, guard: pg.Client, settings: Settings): Promise<string[]> {
  const { folder, report } = settings;
  const config: Knex.MigratorConfig = {
    schemaName: 'platform',
    tableName: 'migrations',
    migrationSource: {
      getMigrations: () => Promise.resolve(knownMigrations(folder)),
      getMigrationName: (name: string) => name,
      getMigration: async (name: string) =>
        recorded(name, checksumOf(name, folder), await loadMigration(name, folder), guard),
    },
  };
  // Knex's own lock is a row that outlives a crash; we hold the advisory lock, so whoever set it is gone.
  await database.migrate.forceFreeMigrationsLock(config);
  const applied: string[] = [];
  for (;;) {
    // One at a time: `latest` would put all of them, and all their locks, into one transaction.
    const next = await applyNext(database, config, settings);
    if (next === undefined) return applied;
    report(`applied ${next}`);
    applied.push(next);
  }
}

/** @returns the name of the migration it applied; undefined when there was none left. */
async function applyNext(
  database: Knex,
  config: Knex.MigratorConfig,
  { folder, lockAttempts, report }: Settings,
): Promise<string | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const [, names] = (await database.migrate.up(config)) as [number, string[]];
      return names[0];
    } catch (error) {
      const [, pending] = (await database.migrate.list(config)) as [unknown, string[]];
      const name = pending[0] ?? 'the last one';
      const inTransaction = (await loadMigration(name, folder)).config?.transaction !== false;
      if (codeOf(error) === lockNotAvailable && inTransaction && attempt < lockAttempts) {
        report(`${name} waits for a lock that someone holds (try ${attempt} of ${lockAttempts})`);
        await pause(Math.random() * 500 * attempt);
        continue;
      }
      throw failed(name, inTransaction, error);
    }
  }
}

function failed(name: string, inTransaction: boolean, cause: unknown): StartupError {
  if (!inTransaction) {
    return new StartupError(
      `Migration ${name} failed half-way (${firstLine(cause)}): undo what it left (see migrations/${name}.ts), then delete ` +
        'its row from platform.migration_runs and run "npm run migrate" again.',
      { cause },
    );
  }
  const advice =
    codeOf(cause) === lockNotAvailable ? 'end the long transactions that pg_stat_activity shows' : 'remove the cause';
  return new StartupError(
    `Migration ${name} failed and what it did was rolled back (${firstLine(cause)}): ${advice}, then run "npm run migrate" again.`,
    { cause },
  );
}

/**
 * Records what was applied. A migration without a transaction says so before it begins, so that a crash in it does not go
 * unseen; one that had ended when the process died, unknown to Knex, is not run twice.
 */
function recorded(
  name: string,
  sha256: string,
  migration: Migration,
  guard: pg.Client,
): Migration & { readonly down: () => Promise<void> } {
  const down = (): Promise<void> => Promise.reject(new Error('Migrations only go forward.'));
  const { config } = migration;
  if (config?.transaction !== false) {
    return {
      down,
      up: async (tx) => {
        await migration.up(tx);
        await tx.raw(
          'insert into platform.migration_runs (name, sha256, finished_at) values (?, ?, clock_timestamp())',
          [name, sha256],
        );
      },
    };
  }
  return {
    config: { transaction: false },
    down,
    up: async (database) => {
      const { rowCount } = await guard.query(
        'insert into platform.migration_runs (name, sha256) values ($1, $2) on conflict do nothing',
        [name, sha256],
      );
      if (rowCount === 0) return;
      await migration.up(database);
      await guard.query('update platform.migration_runs set finished_at = clock_timestamp() where name = $1', [name]);
    },
  };
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}

/** PostgreSQL's own words: Knex puts the whole SQL text in front of them. */
function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (
    message
      .slice(message.lastIndexOf(' - ') + 1)
      .replace(/^- /, '')
      .split('\n')[0]
      ?.trim() ?? ''
  );
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
  try {
    const applied = new Set((await database.query(listApplied)).map((row) => row.name));
    return knownMigrations().every((name) => applied.has(name)) ? 'current' : 'behind';
  } catch (error) {
    if (neverMigrated.has(codeOf(error))) return 'behind';
    throw error;
  }
}

/** No such table, no such schema, no right to it, no such role: what the application meets before the first migration. */
const neverMigrated = new Set<unknown>(['42P01', '3F000', '42501', '22023']);
