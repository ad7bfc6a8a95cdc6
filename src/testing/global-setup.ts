import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../database/embedded.ts';
import type { EmbeddedPostgres } from '../database/embedded.ts';
import { migrate } from '../database/migrate.ts';

declare global {
  var porticoTestServer: { readonly server: EmbeddedPostgres; readonly directory: string } | undefined;
}

/**
 * One real PostgreSQL for the whole run, and in it one migrated database that every test file clones. Whoever runs Jest many
 * times calls this first: a server that TEST_SERVER_URL names is used, and stays.
 */
export default async function globalSetup(): Promise<void> {
  if (process.env['TEST_SERVER_URL'] !== undefined) return;
  const directory = mkdtempSync(path.join(tmpdir(), 'portico-test-'));
  // As root the server runs as another account, which must be able to enter.
  chmodSync(directory, 0o711);
  const server = await startEmbeddedPostgres({
    directory,
    // The data live as long as the run: durability buys nothing here and costs most of the time.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '400' },
  });
  globalThis.porticoTestServer = { server, directory };
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await admin.query('create database portico_template');
  await admin.end();
  const template = new URL(server.url);
  template.pathname = '/portico_template';
  await migrate(template.href);
  process.env['TEST_SERVER_URL'] = server.url;
}
