import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../src/database/embedded-server.ts';
import { until } from '../src/testing/until.ts';
import { startCluster } from './postgres.ts';
import type { Cluster } from './postgres.ts';
import { supervise } from './supervisor.ts';
import type { Supervised } from './supervisor.ts';

/** A small production: PostgreSQL, one process for the API, one for jobs. */
export interface Installation {
  readonly cluster: Cluster;
  readonly api: Supervised;
  readonly worker: Supervised;
  /** Where the log of each process is. */
  readonly folder: string;
  stop(): Promise<void>;
}

export interface InstallationOptions {
  readonly folder: string;
  /** Where the data of PostgreSQL go. Default: within `folder`. */
  readonly data?: string;
  /** What the processes connect to instead of PostgreSQL itself. */
  readonly through?: (cluster: Cluster) => Promise<string>;
  readonly postgres?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** How many the API has below a supervisor. Default: one, without. */
  readonly apiProcesses?: number;
  /** For the API's process only. */
  readonly apiEnvironment?: Readonly<Record<string, string>>;
}

/** Migrated, with the demo's people, and ready. */
export async function startInstallation(options: InstallationOptions): Promise<Installation> {
  const { folder } = options;
  const cluster = await startCluster(options.data ?? path.join(folder, 'postgres'), options.postgres);
  const [port, workerPort] = [await freePort(), await freePort()];
  const direct = environmentOf(cluster.url);
  run(['migrate'], direct);
  run(['seed'], direct);
  const url = options.through === undefined ? cluster.url : await options.through(cluster);
  const environment = {
    ...environmentOf(url),
    PORT: String(port),
    WORKER_PORT: String(workerPort),
    ...options.environment,
  };
  const process = (name: string, at: number, args: readonly string[], own = {}): Supervised =>
    supervise({
      name,
      args: [name, ...args],
      url: `http://127.0.0.1:${at}`,
      environment: { ...environment, ...own },
      log: path.join(folder, `${name}.log`),
    });
  const siblings = options.apiProcesses === undefined ? [] : ['--processes', String(options.apiProcesses)];
  const api = process('api', port, siblings, options.apiEnvironment);
  const worker = process('worker', workerPort, []);
  const stop = async (): Promise<void> => {
    await Promise.all([api.stop(), worker.stop()]);
    await cluster.stop();
  };
  try {
    await until(async () => (await api.ready()) && (await worker.ready()), 120_000);
  } catch (error) {
    await stop();
    throw error;
  }
  return { cluster, api, worker, folder, stop };
}

function environmentOf(databaseUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    PORTICO_SECRET: 'a secret that only fault tests may know',
    LOG_LEVEL: 'warn',
    BCRYPT_COST: '4',
    RATE_LIMIT_FACTOR: '1000000',
    SMS_PER_DAY: '1000000000',
    SMS_PER_COUNTRY_PER_DAY: '1000000000',
    RESPONSE_VALIDATION: '1',
  };
}

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

function run(args: readonly string[], environment: Readonly<Record<string, string>>): void {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', main, ...args], { env });
  if (status !== 0) throw new Error(`portico ${args.join(' ')} failed: ${String(stdout)}${String(stderr)}`);
}
