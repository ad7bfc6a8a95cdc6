import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { StartupError } from '../shared/startup-error.ts';
import { checkCluster, embeddedOwner, findPrograms, makeCluster } from './embedded-cluster.ts';
import { freePort, launchServer, PortTaken, stopOrphan } from './embedded-server.ts';
import type { Launch, ServerProcess } from './embedded-server.ts';
import { claimFolder } from './folder-claim.ts';
import { accountForPostgres, dataDirectory, newDataDirectory, usualShelter } from './unprivileged.ts';

export interface EmbeddedOptions {
  /** Portico's data folder; PostgreSQL gets `postgres` in it. Made when absent. */
  readonly directory: string;
  /** TCP port on 127.0.0.1; default any free one. */
  readonly port?: number;
  /** postgresql.conf settings that win over the defaults below. */
  readonly settings?: Readonly<Record<string, string>>;
  /** As root only: where programs and data go that the server's account can't reach. Default `/var/lib/portico`. */
  readonly shelter?: string;
}

export interface EmbeddedPostgres {
  /** Connects as the owner (a superuser of this private server). */
  readonly url: string;
  /** Where the data really are: elsewhere when the folder is root's and closed to other accounts. */
  readonly directory: string;
  /** Ends sessions, writes a checkpoint, and returns when the server is gone. */
  stop(): Promise<void>;
}

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
 * Starts the real PostgreSQL 18 that npm installed, on data that stay. Ready when this returns. It ends with this process,
 * also when that is killed.
 * @throws StartupError with what to do: folder not writable, port taken, already running.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { shelter = usualShelter } = options;
  const directory = path.resolve(options.directory);
  prepareFolder(directory);
  const claim = claimFolder(directory);
  try {
    const account = accountForPostgres(dataDirectory(directory));
    const programs = findPrograms(account, shelter);
    const passwordFile = path.join(directory, 'postgres-password');
    let data = dataDirectory(directory);
    if (!existsSync(path.join(data, 'PG_VERSION'))) {
      data = newDataDirectory(directory, account, shelter);
      await makeCluster(programs, data, passwordFile, account);
    }
    checkCluster(programs, data, passwordFile);
    await stopOrphan(data);
    const server = await launchSomewhere(options.port, {
      program: path.join(programs.bin, 'postgres'),
      data,
      log: path.join(directory, 'postgres.log'),
      settings: { ...defaults, ...options.settings },
      account,
    });
    const password = readFileSync(passwordFile, 'utf8').trim();
    return {
      url: `postgresql://${embeddedOwner}:${password}@127.0.0.1:${server.port}/postgres`,
      directory: data,
      stop: async () => {
        await server.stop();
        claim.release();
      },
    };
  } catch (error) {
    claim.release();
    throw error;
  }
}

function prepareFolder(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new StartupError(
      `The data folder ${directory} is not writable: give this user the right to write there, or set PORTICO_DATA to another folder.`,
      { cause },
    );
  }
}

/** A port that nobody asked for may be lost to somebody else before the server takes it: then another one does. */
async function launchSomewhere(port: number | undefined, launch: Launch): Promise<ServerProcess> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await launchServer(launch, port ?? (await freePort()));
    } catch (error) {
      if (!(error instanceof PortTaken)) throw error;
      if (port === undefined && attempt < 5) continue;
      throw new StartupError(`Port ${port} is taken: stop what listens there, or leave PORTICO_POSTGRES_PORT unset.`, {
        cause: error,
      });
    }
  }
}
