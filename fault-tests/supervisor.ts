/** Keeps processes of Portico running, as systemd or Kubernetes would. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { appendFileSync, closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { until } from '../src/testing/until.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export interface Supervised {
  readonly name: string;
  /** Where it answers probes. */
  readonly url: string;
  /** Of the process as it runs now. */
  readonly pid: number;
  /** Of those that it has started itself. */
  children(): readonly number[];
  /** kill -9; it is started again by itself. */
  kill(): void;
  /** How often it ended although it was up and nobody killed it. One that finds no database at its start ends, and may. */
  readonly unasked: number;
  ready(): Promise<boolean>;
  /** Ends it in order. @returns its exit code. */
  stop(): Promise<number | null>;
}

export interface SupervisedOptions {
  readonly name: string;
  readonly args: readonly string[];
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly log: string;
}

/** Milliseconds between an end and the next start. */
const RESTART = 200;

export function supervise({ name, args, url, environment, log }: SupervisedOptions): Supervised {
  let child: ChildProcess;
  let killed = false;
  let stopping = false;
  let unasked = 0;
  let code: number | null | undefined;

  function launch(): void {
    killed = false;
    const output = openSync(log, 'a');
    let up = false;
    child = spawn(process.execPath, ['--no-warnings', main, ...args], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
      stdio: ['ignore', 'pipe', output],
    });
    closeSync(output);
    child.stdout?.on('data', (text: Buffer) => {
      appendFileSync(log, text);
      up ||= text.includes('Ctrl-C stops it.');
    });
    child.once('exit', (exitCode) => {
      if (stopping) {
        code = exitCode;
        return;
      }
      if (up && !killed) unasked += 1;
      setTimeout(launch, RESTART);
    });
  }
  function ownPid(): number {
    if (child.pid === undefined) throw new Error(`${name} could not be started.`);
    return child.pid;
  }
  launch();
  return {
    name,
    url,
    get pid() {
      return ownPid();
    },
    children: () => childrenOf(ownPid()),
    kill() {
      killed = true;
      child.kill('SIGKILL');
    },
    get unasked() {
      return unasked;
    },
    ready: () => answersOk(`${url}/health/ready`),
    async stop() {
      stopping = true;
      child.kill('SIGTERM');
      await until(() => code !== undefined, 60_000);
      return code ?? null;
    },
  };
}

/** As Linux knows them; none of a process that is gone. */
function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
