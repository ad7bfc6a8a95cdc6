import { randomBytes } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { connect } from './connect.ts';
import { migrate, schemaState } from './migrate.ts';
import { knownMigrations } from './migration-files.ts';
import { statement } from './transaction.ts';

const first = '20300101000000_create_first';
const second = '20300101000001_create_second';
const grow = (table: string): string =>
  `export const up = (knex) => knex.raw('create table public.${table} (id bigint)');`;
/** Fails after its first step while a schema named `obstacle` exists. */
const growOrFail = (table: string): string => `export const up = async (knex) => {
  await knex.raw('create table public.${table} (id bigint)');
  const { rows } = await knex.raw("select to_regnamespace('obstacle') is not null as obstacle");
  if (rows[0].obstacle) await knex.raw("do $$ begin raise exception 'in the way'; end $$");
};`;

describe('Migrating', () => {
  let test: TestDatabase;
  let client: pg.Client;
  let url: string;
  let folder: string;

  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.close());

  beforeEach(async () => {
    // A database that has only the job queue, in a server of many.
    const name = `migrate_${randomBytes(6).toString('hex')}`;
    const admin = new pg.Client({ connectionString: test.url });
    await admin.connect();
    await admin.query(`create database ${name}`);
    await admin.end();
    const own = new URL(test.url);
    own.pathname = `/${name}`;
    url = own.href;
    client = new pg.Client({ connectionString: url });
    await client.connect();
    folder = mkdtempSync(path.join(tmpdir(), 'portico-migrations-'));
  });
  afterEach(async () => {
    const { database } = client;
    await client.end();
    const admin = new pg.Client({ connectionString: test.url });
    await admin.connect();
    await admin.query(`drop database ${database ?? ''} with (force)`);
    await admin.end();
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, source: string): void => writeFileSync(path.join(folder, `${name}.ts`), source);
  const run = (): ReturnType<typeof migrate> => migrate(url, { folder, lockTimeout: 50, lockAttempts: 3 });
  const tables = async (): Promise<string[]> =>
    (
      await client.query<{ name: string }>(
        `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`,
      )
    ).rows.map(({ name }) => name);

  it('applies what is missing, once, in order', async () => {
    write(first, grow('one'));
    expect(await run()).toEqual({ applied: [first] });
    write(second, grow('two'));
    expect(await run()).toEqual({ applied: [second] });
    expect(await run()).toEqual({ applied: [] });
    expect(await tables()).toEqual(['one', 'two']);
  });

  it('lets several processes start at once', async () => {
    write(first, grow('one'));
    write(second, grow('two'));
    const results = await Promise.all([run(), run(), run(), run()]);
    expect(results.flatMap(({ applied }) => applied)).toEqual([first, second]);
  });

  it('lets a second process wait without hindering an index that is built concurrently', async () => {
    write(first, grow('one'));
    write(
      second,
      `export const config = { transaction: false };
       export const up = (knex) => knex.raw('create index concurrently one_by_id on public.one (id)');`,
    );
    const results = await Promise.all([run(), run(), run()]);
    expect(results.flatMap(({ applied }) => applied)).toEqual([first, second]);
  });

  it('keeps what was applied before the one that fails, and nothing of that one', async () => {
    write(first, grow('one'));
    write(second, growOrFail('two'));
    await client.query('create schema obstacle');
    await expect(run()).rejects.toThrow(
      `Migration ${second} failed and what it did was rolled back (in the way): remove the cause, then run "npm run migrate" again.`,
    );
    expect(await tables()).toEqual(['one']);
    await client.query('drop schema obstacle');
    expect(await run()).toEqual({ applied: [second] });
  });

  it('tells of a migration without a transaction that failed half-way, until somebody put it right', async () => {
    write(first, `export const config = { transaction: false };\n${growOrFail('one')}`);
    await client.query('create schema obstacle');
    await expect(run()).rejects.toThrow(`Migration ${first} failed half-way (in the way): undo what it left`);
    await expect(run()).rejects.toThrow(`Migration ${first} stopped half-way: undo what it left`);
    expect(await tables()).toEqual(['one']);
    await client.query('drop schema obstacle; drop table public.one');
    await client.query('delete from platform.migration_runs where name = $1', [first]);
    expect(await run()).toEqual({ applied: [first] });
  });

  it('does not run a migration twice whose end was recorded when the process died', async () => {
    write(first, `export const config = { transaction: false };\n${grow('one')}`);
    await run();
    await client.query('delete from platform.migrations');
    expect(await run()).toEqual({ applied: [first] });
  });

  it('refuses a database that a newer version migrated', async () => {
    write(first, grow('one'));
    write(second, grow('two'));
    await run();
    renameSync(path.join(folder, `${second}.ts`), path.join(folder, 'later.txt'));
    await expect(run()).rejects.toThrow(
      `The database was migrated by a newer Portico (it has ${second}, which this build does not know): start that version.`,
    );
  });

  it('refuses a migration that was changed after it was applied', async () => {
    write(first, grow('one'));
    await run();
    write(first, grow('another'));
    await expect(run()).rejects.toThrow(`Migration ${first} was changed after this database applied it`);
  });

  it('gives way to live traffic and tries again until it gets its lock', async () => {
    write(first, grow('one'));
    await run();
    write(second, `export const up = (knex) => knex.raw('alter table public.one add column name text');`);
    await client.query('begin; select * from public.one');
    const said: string[] = [];
    const running = migrate(url, {
      folder,
      lockTimeout: 20,
      lockAttempts: 1_000,
      report: (line) => {
        // The transaction in the way ends once the migration has given way to it.
        if (said.push(line) === 1) void client.query('commit');
      },
    });
    expect(await running).toEqual({ applied: [second] });
    expect(said[0]).toContain('waits for a lock that someone holds');
  });

  it('gives up with a sentence when the lock never comes', async () => {
    write(first, grow('one'));
    await run();
    write(second, `export const up = (knex) => knex.raw('alter table public.one add column name text');`);
    await client.query('begin; select * from public.one');
    await expect(run()).rejects.toThrow('end the long transactions that pg_stat_activity shows');
    await client.query('rollback');
    expect(await run()).toEqual({ applied: [second] });
  });

  it('is not stopped by a lock that a killed process left behind', async () => {
    write(first, grow('one'));
    await run();
    await client.query('update platform.migrations_lock set is_locked = 1');
    write(second, grow('two'));
    expect(await run()).toEqual({ applied: [second] });
  });

  it('makes the application role from a login without superuser rights, in a database of its own', async () => {
    const login = `owner_${randomBytes(6).toString('hex')}`;
    await client.query(`create role ${login} login createrole password 'secret'`);
    await client.query(`grant portico_app to ${login} with admin option, inherit false, set false`);
    await client.query(`alter database ${client.database ?? ''} owner to ${login}`);
    const own = new URL(url);
    own.username = login;
    own.password = 'secret';
    expect((await migrate(own.href)).applied).toEqual(knownMigrations());
    await client.query(
      `drop owned by ${login} cascade; alter database ${client.database ?? ''} owner to portico; drop role ${login}`,
    );
  });

  it('says what is missing when the login may not hand out the application role', async () => {
    const login = `owner_${randomBytes(6).toString('hex')}`;
    await client.query(`create role ${login} login password 'secret'`);
    await client.query(`alter database ${client.database ?? ''} owner to ${login}`);
    const own = new URL(url);
    own.username = login;
    own.password = 'secret';
    await expect(migrate(own.href)).rejects.toThrow(`grant portico_app to ${login}`);
    await client.query(
      `drop owned by ${login} cascade; alter database ${client.database ?? ''} owner to portico; drop role ${login}`,
    );
  });
});

describe('The schema of a database', () => {
  it('is behind before anything was migrated, current afterwards', async () => {
    const test = await createTestDatabase();
    expect(await schemaState(test.database)).toBe('current');
    await test.owner.query(statement('test.forget', 'delete from platform.migrations where id = 1'));
    expect(await schemaState(test.database)).toBe('behind');
    await test.owner.query(statement('test.drop', 'drop schema platform cascade'));
    expect(await schemaState(test.database)).toBe('behind');
    const strangers = connect({ url: test.url, name: 'test', size: 1, statementTimeout: 1_000, role: 'nobody_yet' });
    expect(await schemaState(strangers)).toBe('behind');
    await strangers.close();
    await test.close();
  });
});
