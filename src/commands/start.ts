import { compose } from '../compose.ts';
import { readConfig } from '../config.ts';
import type { Config } from '../config.ts';
import { migrate, schemaState } from '../database/migrate.ts';
import { openDatabases } from '../database/open.ts';
import { requireApplicationRole } from '../database/reach.ts';
import { demoAccounts } from '../contexts/identity/index.ts';
import { seedDemo } from '../demo.ts';
import { StartupError } from '../shared/startup-error.ts';
import type { Addresses } from '../process/create-process.ts';
import { stopLimit } from '../process/stopping.ts';
import { createLogger } from '../telemetry/logs.ts';
import type { Logger } from '../telemetry/logs.ts';
import { refuseArguments } from './command.ts';
import type { Command } from './command.ts';
import { watchForStop } from './stop-watch.ts';

interface Roles {
  readonly api: boolean;
  readonly jobs: boolean;
  /** Migrate first; a separate `migrate` run does it otherwise. */
  readonly migrate: boolean;
}

export const startCommand: Command = {
  name: 'start',
  summary: 'everything in one process: PostgreSQL, migrations, demo data, API, jobs',
  usage: `portico start

Starts the embedded PostgreSQL (or uses DATABASE_URL), migrates it, loads demo data into the embedded one, serves the API
and runs jobs. Ctrl-C stops it cleanly; the data stay in .portico/ for the next start.`,
  run: (args) => serve('start', args, { api: true, jobs: true, migrate: true }),
};

export const apiCommand: Command = {
  name: 'api',
  summary: 'serve the API only',
  usage: 'portico api\n\nServes the API on HOST and PORT. Run "portico migrate" first and "portico worker" beside it.',
  run: (args) => serve('api', args, { api: true, jobs: false, migrate: false }),
};

export const workerCommand: Command = {
  name: 'worker',
  summary: 'run jobs only',
  usage: `portico worker

Runs jobs, JOB_CONCURRENCY at once, and answers /health/* and /metrics on WORKER_PORT. Run "portico migrate" first.`,
  run: (args) => serve('worker', args, { api: false, jobs: true, migrate: false }),
};

async function serve(name: string, args: readonly string[], roles: Roles): Promise<number> {
  refuseArguments(name, args);
  const config = readConfig(process.env);
  const log = createLogger({ level: config.logLevel });
  const watch = watchForStop(log);
  const databases = await openDatabases(config);
  try {
    if (roles.migrate) await migrate(databases.owner);
    await requireApplicationRole(databases.application, 'DATABASE_URL');
    const demo = config.demo ?? databases.embedded;
    const portico = await compose({ config, databases, log, api: roles.api, jobs: roles.jobs, demo });
    try {
      if (!roles.migrate) await requireSchema(portico.database);
      if (demo && roles.migrate) await seedDemo(portico.identity, portico.database);
      if (!watch.asked()) announce(config, await portico.start(), demo);
      const { failure } = await watch.stopped;
      if (failure !== null) portico.reportError(failure, { fatal: true });
      giveUpAfter(stopLimit(config), log);
      return failure === null ? 0 : 1;
    } finally {
      await portico.stop();
    }
  } finally {
    await databases.close();
  }
}

async function requireSchema(database: Parameters<typeof schemaState>[0]): Promise<void> {
  const state = await schemaState(database);
  if (state === 'behind') {
    throw new StartupError('The database does not have the schema of this version: run "portico migrate" first.');
  }
}

/** A stop that hangs must not be what keeps a dead process in place. */
function giveUpAfter(milliseconds: number, log: Logger): void {
  setTimeout(() => {
    log.fatal('the stop took too long and is given up');
    process.exit(1);
  }, milliseconds).unref();
}

function announce(config: Config, { url, health }: Addresses, demo: boolean): void {
  if (url === null) {
    console.log(`Portico runs jobs.\n\n  Health      ${health}/health/ready\n\nCtrl-C stops it.`);
    return;
  }
  const base = config.publicUrl ?? url;
  console.log(`Portico is ready.

  API         ${base}/api/v1
  Swagger UI  ${base}/docs
  Health      ${base}/health/ready`);
  if (demo) {
    console.log('\n  Demo accounts (e-mail, password):');
    for (const { role, email, password } of demoAccounts)
      console.log(`    ${role.padEnd(6)} ${email.padEnd(22)} ${password}`);
  }
  console.log('\nCtrl-C stops it.');
}
