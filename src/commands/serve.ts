import type { Siblings } from '../cluster/link.ts';
import { compose } from '../compose.ts';
import { readConfig } from '../config.ts';
import type { Config } from '../config.ts';
import { demoAccounts } from '../contexts/identity/index.ts';
import { migrate, schemaState } from '../database/migrate.ts';
import { openDatabases } from '../database/open.ts';
import type { OpenDatabases } from '../database/open.ts';
import { requireApplicationRole } from '../database/reach.ts';
import { seedDemo } from '../demo.ts';
import type { Addresses } from '../process/create-process.ts';
import { stopLimit } from '../process/stopping.ts';
import { StartupError } from '../shared/startup-error.ts';
import { createLogger } from '../telemetry/logs.ts';
import type { Logger } from '../telemetry/logs.ts';
import { watchForStop } from './stop-watch.ts';
import type { StopWatch } from './stop-watch.ts';

/** What a process is for. */
export interface Roles {
  readonly api: boolean;
  readonly jobs: boolean;
  /** Migrate first; a separate `migrate` run does it otherwise. */
  readonly migrate: boolean;
}

/** Runs one process by itself until it is asked to stop. @returns the exit code */
export async function serve(roles: Roles): Promise<number> {
  const config = readConfig(process.env);
  const log = createLogger({ level: config.logLevel });
  const watch = watchForStop(log);
  const databases = await openDatabases(config);
  try {
    if (roles.migrate) await migrate(databases.owner);
    const started = (addresses: Addresses): void => announce(config, addresses, { demo: isDemo(config, databases) });
    return await run({ config, databases, log, roles, watch, started });
  } finally {
    await databases.close();
  }
}

export interface Run {
  readonly config: Config;
  readonly databases: Omit<OpenDatabases, 'close'>;
  readonly log: Logger;
  readonly roles: Roles;
  readonly watch: StopWatch;
  readonly siblings?: Siblings;
  /** Told as soon as the process listens. */
  readonly started: (addresses: Addresses) => void;
}

/** Runs one process on databases that are open, until it is asked to stop. @returns the exit code */
export async function run({ config, databases, log, roles, watch, siblings, started }: Run): Promise<number> {
  await requireApplicationRole(databases.application, 'DATABASE_URL');
  const demo = isDemo(config, databases);
  const { api, jobs } = roles;
  const portico = await compose({ config, databases, log, api, jobs, demo, ...(siblings && { siblings }) });
  try {
    if (!roles.migrate) await requireSchema(portico.database);
    if (demo && roles.migrate) await seedDemo(portico, portico.database);
    if (!watch.asked()) started(await portico.start());
    const { failure } = await watch.stopped;
    if (failure !== null) portico.reportError(failure, { fatal: true });
    giveUpAfter(stopLimit(config), log);
    return failure === null ? 0 : 1;
  } finally {
    await portico.stop();
  }
}

/** Whether demo data are to be expected. */
export function isDemo(config: Config, { embedded }: Pick<OpenDatabases, 'embedded'>): boolean {
  return config.demo ?? embedded;
}

async function requireSchema(database: Parameters<typeof schemaState>[0]): Promise<void> {
  const state = await schemaState(database);
  if (state === 'behind') {
    throw new StartupError('The database does not have the schema of this version: run "portico migrate" first.');
  }
}

/** A stop that hangs must not be what keeps a dead process in place. */
export function giveUpAfter(milliseconds: number, log: Logger): void {
  setTimeout(() => {
    log.fatal('the stop took too long and is given up');
    process.exit(1);
  }, milliseconds).unref();
}

/** Tells on the terminal where to look next. */
export function announce(
  config: Config,
  { url, health }: Addresses,
  { demo, processes = 1 }: { readonly demo: boolean; readonly processes?: number },
): void {
  if (url === null) {
    console.log(`Portico runs jobs.\n\n  Health      ${health}/health/ready\n\nCtrl-C stops it.`);
    return;
  }
  const base = config.publicUrl ?? url;
  console.log(`Portico is ready.

  API         ${base}/api/v1
  Swagger UI  ${base}/docs
  Console     ${base}/console
  Health      ${health}/health/ready`);
  if (processes > 1) console.log(`  Processes   ${processes}`);
  if (demo) {
    console.log('\n  Demo accounts (e-mail, password):');
    for (const { role, email, password } of demoAccounts)
      console.log(`    ${role.padEnd(6)} ${email.padEnd(22)} ${password}`);
  }
  console.log('\nCtrl-C stops it.');
}
