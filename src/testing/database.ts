import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { applicationRole, connect } from '../database/connect.ts';
import type { Database } from '../database/transaction.ts';

export interface TestDatabase {
  /** Connects as the owner; give it to processes that a test starts. */
  readonly url: string;
  /** Runs as the application's role, like the API and the tasks. */
  readonly database: Database;
  /** Runs as the owner: for looking where the application may not, and for setting scenes. */
  readonly owner: Database;
  /** Another pool as the application's role, closed together with the rest. */
  connect(options?: { readonly size?: number; readonly statementTimeout?: number }): Database;
  close(): Promise<void>;
}

/** A fresh clone of the migrated template: one per test file, so that files can run side by side. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = process.env['TEST_SERVER_URL'];
  if (server === undefined) throw new Error('No test server: run tests with "npm run jest".');
  const name = `portico_${randomBytes(6).toString('hex')}`;
  await administer(server, `create database ${name} template portico_template strategy file_copy`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const open = new Set<Database>();
  const pool = (role: string | undefined, size = 10, statementTimeout = 30_000): Database => {
    const database = connect({
      url: url.href,
      name: `test ${role ?? 'owner'}`,
      size,
      statementTimeout,
      ...(role === undefined ? {} : { role }),
    });
    open.add(database);
    return database;
  };
  return {
    url: url.href,
    database: pool(applicationRole),
    owner: pool(undefined),
    connect: (options = {}) => pool(applicationRole, options.size, options.statementTimeout),
    close: async () => {
      await Promise.all([...open].map((database) => database.close()));
      await administer(server, `drop database if exists ${name} with (force)`);
    },
  };
}

async function administer(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
