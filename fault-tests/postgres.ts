/** A PostgreSQL that keeps its promises (fsync on) and can be killed like a machine that loses power to its processes. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { embeddedOwner, findPrograms, makeCluster } from '../src/database/embedded-cluster.ts';
import { freePort, launchServer } from '../src/database/embedded-server.ts';
import type { Launch } from '../src/database/embedded-server.ts';
import { accountForPostgres, usualShelter } from '../src/database/unprivileged.ts';
import { isAlive } from '../src/database/process-identity.ts';
import { until } from '../src/testing/until.ts';

export interface Cluster {
  /** Connects as the owner. */
  readonly url: string;
  readonly port: number;
  /** Every process of it ends at once, in the middle of whatever it does. */
  kill(): Promise<void>;
  /** Starts again on the same data and port: recovers from its log. */
  start(): Promise<void>;
  /** Starts it again if it has ended by itself, as it does when it cannot write its log. */
  ensure(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Makes a cluster and starts it.
 *
 * @param folder where its data go, which must be open to the account that PostgreSQL runs as
 */
export async function startCluster(folder: string, settings: Readonly<Record<string, string>> = {}): Promise<Cluster> {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o711);
  const data = path.join(folder, 'data');
  const account = accountForPostgres(data);
  const programs = findPrograms(account, usualShelter);
  const passwordFile = path.join(folder, 'password');
  const parent = path.join(folder, 'cluster');
  mkdirSync(parent, { recursive: true });
  await makeCluster(programs, path.join(parent, 'data'), passwordFile, account);
  const launch: Launch = {
    program: path.join(programs.bin, 'postgres'),
    data: path.join(parent, 'data'),
    log: path.join(folder, 'postgres.log'),
    settings: {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: '200',
      shared_buffers: '64MB',
      wal_level: 'minimal',
      max_wal_senders: '0',
      log_min_messages: 'warning',
      ...settings,
    },
    account,
  };
  const port = await freePort();
  let server = await launchServer(launch, port);
  const password = readFileSync(passwordFile, 'utf8').trim();
  // As a supervisor does: a backend forked in the last moment may hold the memory of the dead server for a while.
  const start = async (): Promise<void> => {
    server = await until(() => launchServer(launch, port).catch(() => undefined), 30_000);
  };
  const alive = (): boolean => {
    const file = path.join(launch.data, 'postmaster.pid');
    return existsSync(file) && isAlive(Number(readFileSync(file, 'utf8').split('\n')[0]));
  };
  return {
    url: `postgresql://${embeddedOwner}:${password}@127.0.0.1:${port}/postgres`,
    port,
    async kill() {
      const pid = Number(readFileSync(path.join(launch.data, 'postmaster.pid'), 'utf8').split('\n')[0]);
      // With its backends, which are no group with it: none lives on for a moment and finishes what it was told.
      const all = [pid, ...childrenOf(pid)];
      for (const one of all) if (isAlive(one)) process.kill(one, 'SIGKILL');
      await until(() => all.every((one) => !isAlive(one)));
    },
    start,
    async ensure() {
      if (!alive()) await start();
    },
    stop: () => server.stop(),
  };
}

/** The processes whose parent it is, from /proc. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        // `pid (name) state ppid …`; the name may hold anything, so from its end.
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]) === parent;
      } catch {
        return false; // gone meanwhile
      }
    })
    .map(Number);
}
