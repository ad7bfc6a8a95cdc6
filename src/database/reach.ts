import pg from 'pg';
import { StartupError } from '../shared/startup-error.ts';
import { applicationRole } from './connect.ts';

/** The oldest PostgreSQL that Portico is tested on. */
const oldestVersion = 18;

/**
 * Makes sure that PostgreSQL answers under this URL and is new enough.
 *
 * @param variable - the setting to name when it does not.
 * @throws StartupError with what to do. The password never shows.
 */
export async function requireReachable(url: string, variable: string): Promise<void> {
  await asking(url, variable, async (client) => {
    const { rows } = await client.query<{ version: string }>(
      `select current_setting('server_version_num')::integer / 10000 as version`,
    );
    const version = Number(rows[0]?.version);
    if (version < oldestVersion) {
      throw new StartupError(
        `${variable} leads to PostgreSQL ${version}, Portico needs ${oldestVersion} or newer: upgrade it, or leave ${variable} unset to use the embedded one.`,
      );
    }
  });
}

/**
 * Makes sure that the login of this URL may become the application's role, if that exists yet.
 * @throws StartupError with the statement that lets it.
 */
export async function requireApplicationRole(url: string, variable: string): Promise<void> {
  await asking(url, variable, async (client) => {
    const { rows } = await client.query<{ login: string }>(
      `select quote_ident(current_user) as login from pg_roles
       where rolname = $1 and not pg_has_role(current_user, oid, 'set')`,
      [applicationRole],
    );
    const login = rows[0]?.login;
    if (login === undefined) return;
    throw new StartupError(
      `The login of ${variable} may not become ${applicationRole}: let the owner of the schemas run: grant ${applicationRole} to ${login}`,
    );
  });
}

async function asking(url: string, variable: string, ask: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // Told by connect() already; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await ask(client);
  } catch (error) {
    throw error instanceof StartupError ? error : unreachable(url, variable, error);
  } finally {
    await client.end();
  }
}

function unreachable(url: string, variable: string, cause: unknown): StartupError {
  const { host, username, pathname } = new URL(url);
  const database = decodeURIComponent(pathname.slice(1)) || username;
  const sentence: Readonly<Record<string, string>> = {
    ECONNREFUSED: `No PostgreSQL listens at ${host}: start it, or correct ${variable}.`,
    ENOTFOUND: `The host of ${variable}, ${host}, is not known: correct it.`,
    EAI_AGAIN: `The host of ${variable}, ${host}, can't be looked up: check the network's name service, or correct it.`,
    '28P01': `PostgreSQL at ${host} refuses the password of ${username}: correct ${variable}.`,
    '28000': `PostgreSQL at ${host} does not let ${username} log in: correct ${variable}, or the server's pg_hba.conf.`,
    '3D000': `PostgreSQL at ${host} has no database "${database}": create it with "createdb ${database}", or correct ${variable}.`,
    '57P03': `PostgreSQL at ${host} is starting up or shutting down: try again in a moment.`,
    '53300': `PostgreSQL at ${host} has no free connection: end some, or raise its max_connections.`,
  };
  const code = codeOf(cause);
  return new StartupError(
    sentence[code ?? ''] ??
      `PostgreSQL at ${host} (${variable}) does not answer: ${reasonOf(cause)}. Check that it runs and that the address is right.`,
    { cause },
  );
}

/** A host name with several addresses fails with all their errors at once: they tell the same story. */
function codeOf(error: unknown): string | undefined {
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [error];
  return (first as { code?: string } | undefined)?.code;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? (codeOf(error) ?? error.name) : error.message;
}
