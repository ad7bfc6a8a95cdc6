import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { joinSupervisor } from '../cluster/link.ts';
import type { Link } from '../cluster/link.ts';
import { createSupervisor } from '../cluster/supervisor.ts';
import { readConfig } from '../config.ts';
import { openDatabases } from '../database/open.ts';
import { stopLimit } from '../process/stopping.ts';
import { StartupError } from '../shared/startup-error.ts';
import { createLogger } from '../telemetry/logs.ts';
import type { Command } from './command.ts';
import { announce, isDemo, run, serve } from './serve.ts';
import { watchForStop, watchSupervisor } from './stop-watch.ts';

const roles = { api: true, jobs: false, migrate: false };

export const apiCommand: Command = {
  name: 'api',
  summary: 'serve the API only',
  usage: `portico api [--processes <number>|auto]

Serves the API on HOST and PORT. Run "portico migrate" first and "portico worker" beside it.

  --processes   how many processes share the port; auto is one per core. Default: 1, without a supervisor.
                A process that dies is replaced. /metrics shows the sum of all.`,
  async run(args) {
    if (cluster.isWorker) return serveAsSibling(await joinSupervisor());
    const processes = readProcesses(args);
    return processes === null ? serve(roles) : supervise(processes);
  },
};

/** @throws StartupError, exit code 2 */
function readProcesses(args: readonly string[]): number | null {
  if (args.length === 0) return null;
  const [name, value = ''] = args.length === 1 ? (args[0] ?? '').split('=') : args;
  if (name === '--processes' && args.length <= 2) {
    if (value === 'auto') return availableParallelism();
    if (/^[1-9]\d{0,2}$/.test(value)) return Number(value);
  }
  throw new StartupError(
    `portico api takes --processes with a number from 1 to 999, or auto; it was given "${args.join(' ')}".`,
    { exitCode: 2 },
  );
}

async function serveAsSibling(link: Link): Promise<number> {
  const config = readConfig(process.env);
  const log = createLogger({ level: config.logLevel, process: link.number });
  const watch = watchSupervisor(log, link.stopped);
  try {
    const started = link.listening;
    return await run({ config, databases: link.databases, log, roles, watch, siblings: link, started });
  } finally {
    await link.end();
  }
}

/** Keeps so many processes serving until this one is asked to stop. @returns the exit code */
async function supervise(processes: number): Promise<number> {
  const config = readConfig(process.env);
  const log = createLogger({ level: config.logLevel });
  const watch = watchForStop(log);
  const databases = await openDatabases(config);
  const supervisor = createSupervisor({ processes, databases, log, stopLimit: stopLimit(config) });
  // A second signal ends this process at once, and leaves nobody behind.
  process.on('exit', () => supervisor.kill());
  try {
    const first = await Promise.race([supervisor.start(), watch.stopped]);
    if ('exitCode' in first) return first.exitCode;
    if ('addresses' in first) announce(config, first.addresses, { demo: isDemo(config, databases), processes });
    const end = await Promise.race([watch.stopped, supervisor.givenUp]);
    const code = await supervisor.stop();
    return typeof end === 'number' ? end : Math.max(code, end.failure === null ? 0 : 1);
  } finally {
    await databases.close();
  }
}
