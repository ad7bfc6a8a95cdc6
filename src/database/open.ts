import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../config.ts';
import { startEmbeddedPostgres } from './embedded.ts';
import { requireReachable } from './reach.ts';

/** Where PostgreSQL is, whether given or started here. */
export interface OpenDatabases {
  /** Connects as the application's login. */
  readonly application: string;
  /** Connects as the owner of the schemas. */
  readonly owner: string;
  /** Connects to the replica, or the same server. */
  readonly reporting: string;
  /** The master key. */
  readonly secret: string;
  readonly embedded: boolean;
  /** Stops the embedded server; nothing for a given one. */
  close(): Promise<void>;
}

/**
 * Finds the configured PostgreSQL, or starts the embedded one with a secret of its own.
 * @throws StartupError with what to do when it is not to be had.
 */
export async function openDatabases(config: Config): Promise<OpenDatabases> {
  const { databaseUrl, secret } = config;
  if (databaseUrl === undefined || secret === undefined) return openEmbedded(config);
  const { migrationDatabaseUrl: owner = databaseUrl, reportingDatabaseUrl: reporting = databaseUrl } = config;
  await requireReachable(databaseUrl, 'DATABASE_URL');
  if (owner !== databaseUrl) await requireReachable(owner, 'MIGRATION_DATABASE_URL');
  if (reporting !== databaseUrl) await requireReachable(reporting, 'REPORTING_DATABASE_URL');
  return {
    application: databaseUrl,
    owner,
    reporting,
    secret,
    embedded: false,
    close: () => Promise.resolve(),
  };
}

async function openEmbedded(config: Config): Promise<OpenDatabases> {
  const server = await startEmbeddedPostgres({
    directory: config.dataDirectory,
    ...(config.embeddedPostgresPort === undefined ? {} : { port: config.embeddedPostgresPort }),
  });
  return {
    application: server.url,
    owner: server.url,
    reporting: server.url,
    secret: config.secret ?? keptSecret(config.dataDirectory),
    embedded: true,
    close: () => server.stop(),
  };
}

/** The secret belongs to the data: tokens and sealed columns of the last start open with it again. */
function keptSecret(directory: string): string {
  const file = path.join(directory, 'secret');
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  return readFileSync(file, 'utf8').trim();
}
