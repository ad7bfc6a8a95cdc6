import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startPostgres } from './postgres.ts';

/** Portico as a production installation runs it: `portico api` and `portico worker` on a PostgreSQL with fsync on. */
export interface Installation {
  readonly url: string;
  /** Connects as the owner. */
  readonly databaseUrl: string;
  /** @returns an access token */
  logIn(email: string, password: string): Promise<string>;
  /** @returns megabytes that API and worker hold now, together (Linux: resident set size) */
  memory(): number;
  stop(): Promise<void>;
}

/** Limits that no benchmark meets, and nothing in the log but errors. Everything else is as it comes. */
export const settings = {
  NODE_ENV: 'production',
  PORTICO_SECRET: 'a secret that only benchmarks may know',
  LOG_LEVEL: 'error',
  RATE_LIMIT_FACTOR: '100000',
  MESSAGES_PER_SECOND: '1000000',
  SMS_PER_DAY: '1000000000',
  SMS_PER_COUNTRY_PER_DAY: '1000000000',
};

export interface InstallOptions {
  /** Settings of Portico that win over the usual ones. */
  readonly environment?: Readonly<Record<string, string>>;
  /** postgresql.conf settings: `shared_preload_libraries` for a profile. */
  readonly postgres?: Readonly<Record<string, string>>;
  /** The folder of a PostgreSQL that stays, and is found again. Default a fresh one. */
  readonly directory?: string;
}

/** A PostgreSQL, migrated, with the demo accounts and people, and both processes on it. */
export async function install(options: InstallOptions = {}): Promise<Installation> {
  const postgres = await startPostgres(options.postgres, options.directory);
  const env = {
    PATH: process.env['PATH'],
    DATABASE_URL: postgres.url,
    PORT: '0',
    WORKER_PORT: '0',
    ...settings,
    ...options.environment,
  };
  const running: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(running.map(end));
    await postgres.stop();
  };
  try {
    for (const command of ['migrate', 'seed']) await finish(portico(command, env), command);
    const api = portico('api', env);
    running.push(api);
    const url = await announced(api, /^ *API +(http:\S+)\/api\/v1$/);
    const worker = portico('worker', env);
    running.push(worker);
    await announced(worker, /runs (jobs)/);
    return {
      url,
      databaseUrl: postgres.url,
      logIn: (email, password) => logIn(url, email, password),
      memory: () => running.reduce((sum, { pid }) => sum + residentMegabytes(pid), 0),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function portico(command: string, env: Readonly<Record<string, string | undefined>>): ChildProcess {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  return spawn(process.execPath, ['--no-warnings', main, command], { stdio: ['ignore', 'pipe', 'inherit'], env });
}

async function finish(child: ChildProcess, command: string): Promise<void> {
  child.stdout?.resume();
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`portico ${command} ended with ${code ?? 'a signal'}.`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGINT');
  await gone;
}

async function announced(child: ChildProcess, pattern: RegExp): Promise<string> {
  if (child.stdout === null) throw new Error('The process has no output.');
  for await (const line of createInterface({ input: child.stdout })) {
    const found = pattern.exec(line)?.[1];
    if (found !== undefined) {
      child.stdout.resume();
      return found;
    }
  }
  throw new Error('Portico ended before it was ready.');
}

async function logIn(url: string, email: string, password: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  if (!answer.ok) throw new Error(`The log-in of ${email} was answered with ${answer.status}.`);
  return ((await answer.json()) as { readonly token: string }).token;
}

function residentMegabytes(pid: number | undefined): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid ?? 'self'}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1_024;
}
