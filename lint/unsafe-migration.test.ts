import { describe, expect, it } from '@jest/globals';
import knex from 'knex';
import type { Knex } from 'knex';
import { knownMigrations, loadMigration } from '../src/database/migration-files.ts';
import { findUnsafeStatements } from './unsafe-migration.ts';

/** Runs a migration on a database that answers nothing and writes down what it was asked. */
async function statementsOf(name: string): Promise<string[]> {
  const statements: string[] = [];
  const recorder = knex({ client: 'pg' });
  const dialect = recorder.client as Knex.Client;
  dialect.acquireConnection = () => Promise.resolve({ __knexUid: 'recorder' });
  dialect.releaseConnection = () => Promise.resolve();
  Object.assign(dialect, {
    _query: (_connection: unknown, query: { sql: string }) => {
      statements.push(query.sql);
      return Promise.resolve({ ...query, response: { rows: [], rowCount: 0 } });
    },
  });
  await (await loadMigration(name)).up(recorder);
  return statements;
}

describe('A migration', () => {
  it.each(knownMigrations())('%s is safe under traffic', async (name) => {
    const statements = await statementsOf(name);
    expect(statements).not.toEqual([]);
    expect(findUnsafeStatements(statements)).toEqual([]);
  });
});

describe('The lint of migrations', () => {
  it.each([
    'drop table rewards.accounts',
    'drop index concurrently rewards.accounts_by_kind',
    'truncate rewards.accounts',
    'alter table rewards.accounts rename to wallets',
    'alter table rewards.accounts rename column kind to sort',
    'alter table rewards.accounts drop column kind',
    'alter table only rewards.accounts drop kind',
    'alter table rewards.accounts alter column kind type varchar(10)',
    'ALTER TABLE rewards.accounts ALTER kind SET DATA TYPE varchar(10)',
    'alter table rewards.accounts alter column kind set not null',
    'alter table rewards.accounts add constraint positive check (balance > 0)',
    'alter table rewards.accounts add foreign key (id) references identity.users',
    'alter table rewards.accounts add column made_at timestamptz default clock_timestamp()',
    'alter table rewards.accounts add column twice bigint generated always as (balance * 2) stored',
    'create index accounts_by_kind on rewards.accounts (kind)',
    'create unique index on rewards.accounts (kind)',
    'vacuum full rewards.accounts',
    'select 1; -- safe since 0.2: this is about the other one\n; drop table rewards.accounts',
  ])('refuses: %s', (sql) => {
    expect(findUnsafeStatements([sql])).toHaveLength(1);
  });

  it.each([
    'create table rewards.accounts (id uuid); create index on rewards.accounts (id); alter table rewards.accounts add check (true)',
    'alter table rewards.accounts add column note text',
    "alter table rewards.accounts add column note text not null default ''",
    'alter table rewards.accounts add constraint positive check (balance > 0) not valid',
    'alter table rewards.accounts validate constraint positive',
    'alter table rewards.accounts add constraint accounts_key unique using index accounts_key',
    'create index concurrently accounts_by_kind on rewards.accounts (kind)',
    "comment on table rewards.accounts is 'never drop table this'",
    'create function rewards.f() returns void language plpgsql as $$ begin drop table t; end $$',
    '-- safe since 0.4.0: nothing reads it since then\ndrop table rewards.accounts',
  ])('lets pass: %s', (sql) => {
    expect(findUnsafeStatements([sql])).toEqual([]);
  });
});
