import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { StartupError } from '../shared/startup-error.ts';
import { isAlive, isServerOn } from './process-identity.ts';
import type { Account } from './unprivileged.ts';

/** A server that was told to start. */
export interface ServerProcess {
  readonly port: number;
  /** Ends sessions, writes a checkpoint, and returns when the server is gone. */
  stop(): Promise<void>;
}

export interface Launch {
  /** The `postgres` program. */
  readonly program: string;
  readonly data: string;
  readonly log: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly account: Account | null;
}

/** The port is taken by somebody else. */
export class PortTaken extends Error {}

/** Starts the server and waits until it takes connections. @throws PortTaken */
export async function launchServer(launch: Launch, port: number): Promise<ServerProcess> {
  const { program, data, settings, account } = launch;
  const from = existsSync(launch.log) ? statSync(launch.log).size : 0;
  const log = openSync(launch.log, 'a', 0o600);
  const flags = Object.entries({ ...settings, port: String(port) }).flatMap(([key, value]) => [
    '-c',
    `${key}=${value}`,
  ]);
  // Its own process group: Ctrl-C in a terminal must reach Portico alone, which stops the server last.
  const child = spawn(program, ['-D', data, ...flags], {
    cwd: '/',
    stdio: ['ignore', log, log],
    detached: true,
    ...account,
  });
  closeSync(log);
  watch(child);
  try {
    await untilReady(child, launch, port, from);
    return { port, stop: () => endServer(child) };
  } catch (error) {
    await endServer(child);
    throw error;
  }
}

/**
 * A shell that waits for the end of its input, which comes when this process is gone however it ended, and then stops the
 * server: kill -9 leaves no server behind.
 */
function watch(server: ChildProcess): void {
  if (server.pid === undefined || process.platform === 'win32') return;
  const script = 'read _; kill -INT "$1"';
  const watchdog = spawn('/bin/sh', ['-c', script, 'portico-watchdog', String(server.pid)], {
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // Without a shell the next start finds the orphan.
  watchdog.on('error', () => undefined);
  watchdog.stdin.on('error', () => undefined);
  watchdog.unref();
  // The id may be another process's soon.
  server.once('exit', () => watchdog.kill('SIGKILL'));
}

async function untilReady(child: ChildProcess, { data, log }: Launch, port: number, from: number): Promise<void> {
  const deadline = Date.now() + 60_000;
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null || failure !== undefined) {
      const words = existsSync(log) ? readFileSync(log).subarray(from).toString() : '';
      if (words.includes('Address already in use')) throw new PortTaken(`Port ${port} is taken.`, { cause: failure });
      const fault =
        words.split('\n').findLast((line) => line.includes('FATAL:')) ?? failure?.message ?? 'it does not say why';
      throw new StartupError(`PostgreSQL did not start: ${fault.replace(/^.*FATAL:\s*/, '')}; more is in ${log}.`, {
        cause: failure,
      });
    }
    const running = readPostmaster(data);
    // Until the new server has written it, the file may still be a dead one's.
    // A standby, which tests start, is never more than that.
    if (running?.pid === child.pid && (running?.state === 'ready' || running?.state === 'standby')) return;
    if (Date.now() > deadline) throw new StartupError(`PostgreSQL was not ready within 60 seconds; see ${log}.`);
    await pause(20);
  }
}

async function endServer(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGINT');
  const impatient = setTimeout(() => child.kill('SIGQUIT'), 20_000);
  await gone;
  clearTimeout(impatient);
}

/** What postmaster.pid says: line 1 is the process, line 8 its state. */
function readPostmaster(data: string): { readonly pid: number; readonly state: string } | null {
  try {
    const lines = readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), state: lines[7]?.trim() ?? '' };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Stops a server that a killed Portico left behind, cleanly. To be called by whoever has the claim on the folder.
 * @throws StartupError when it does not stop
 */
export async function stopOrphan(data: string): Promise<void> {
  const running = readPostmaster(data);
  if (running === null || !(running.pid > 0) || !isAlive(running.pid)) return;
  if (isServerOn(running.pid, realpathSync(data)) === false) {
    // After a crash of the machine the id is somebody else's. PostgreSQL would take that process for its predecessor.
    rmSync(path.join(data, 'postmaster.pid'));
    return;
  }
  process.kill(running.pid, 'SIGINT');
  const deadline = Date.now() + 30_000;
  while (isAlive(running.pid)) {
    if (Date.now() > deadline) {
      throw new StartupError(`PostgreSQL process ${running.pid} on ${data} does not stop: end it first.`);
    }
    await pause(20);
  }
}

/** A TCP port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
