import { freePort } from '../src/database/embedded-server.ts';
import { createTestDatabase } from '../src/testing/database.ts';
import { runPortico } from '../src/testing/portico-command.ts';
import type { PorticoCommand } from '../src/testing/portico-command.ts';
import { startNginx } from './start-nginx.ts';
import type { TestGateway } from './start-nginx.ts';

/** The `api` processes of the installation, by the contexts each hosts. */
export const shares = {
  identity: 'identity',
  rewards: 'rewards,notifications',
  platform: 'platform,analytics,teams,catalog,exchange-rates,payments',
} as const;
export type Share = keyof typeof shares;

/** Portico as several real processes on one database, with a worker and a real nginx in front. */
export interface SplitInstallation {
  readonly gateway: TestGateway;
  /** Kills the process of a share, as a crash would. */
  kill(share: Share): Promise<void>;
  /** Starts it again, on its old port. */
  restart(share: Share): Promise<void>;
  /** A command of the command line against the gateway. @returns what it printed. @throws when it fails. */
  command(args: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

export async function startSplit(): Promise<SplitInstallation> {
  const database = await createTestDatabase();
  const ports: Record<Share | 'gateway' | 'worker', number> = {
    ...{ identity: await freePort(), rewards: await freePort(), platform: await freePort() },
    ...{ gateway: await freePort(), worker: await freePort() },
  };
  const url = `http://127.0.0.1:${ports.gateway}`;
  const settings = {
    ...{ DATABASE_URL: database.url, PORTICO_SECRET: 'a secret that only tests may know, 32+', PUBLIC_URL: url },
    ...{ TRUSTED_PROXIES: '127.0.0.1', BCRYPT_COST: '4', RATE_LIMIT_FACTOR: '1000', LOG_LEVEL: 'warn' },
    ...{ RESPONSE_VALIDATION: '1', STRICT_RESPONSES: 'true', DATABASE_POOL_SIZE: '5', DRAIN_SECONDS: '2' },
  };
  const running = new Map<string, PorticoCommand>();
  const start = async (name: Share): Promise<void> => {
    const process = runPortico(['api'], { ...settings, PORTICO_CONTEXTS: shares[name], PORT: String(ports[name]) });
    running.set(name, process);
    await process.ready();
  };
  const command = async (args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<string> => {
    const process = runPortico(args, more);
    const { code } = await process.exited;
    if (code !== 0)
      throw new Error(`portico ${args.join(' ')} ended with ${String(code)}: ${process.out()}${process.err()}`);
    return process.out();
  };

  await command(['seed'], settings);
  const worker = runPortico(['worker'], { ...settings, WORKER_PORT: String(ports.worker) });
  running.set('worker', worker);
  await Promise.all([worker.ready(), ...(Object.keys(shares) as Share[]).map(start)]);
  const at = (share: Share): string[] => [`127.0.0.1:${ports[share]}`];
  const gateway = await startNginx({
    listen: `127.0.0.1:${ports.gateway}`,
    upstreams: {
      default: at('platform'),
      identity: at('identity'),
      rewards: at('rewards'),
      notifications: at('rewards'),
    },
    rateLimitFactor: 1000,
  });
  return {
    gateway,
    async kill(share) {
      const process = running.get(share);
      process?.child.kill('SIGKILL');
      await process?.exited;
    },
    restart: start,
    command: (args) => command(args, { PORTICO_URL: url }),
    async close() {
      await gateway.close();
      for (const { child } of running.values()) if (child.exitCode === null) child.kill('SIGTERM');
      await Promise.all([...running.values()].map(({ exited }) => exited));
      await database.close();
    },
  };
}
