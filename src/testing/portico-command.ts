import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { until } from './until.ts';

const main = path.resolve(import.meta.dirname, '../main.ts');

/** A real Portico process, started as its users start it. */
export interface PorticoCommand {
  readonly child: ChildProcess;
  /** Standard output and standard error so far. */
  out(): string;
  err(): string;
  /** Resolves at the end of the process. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Resolves with the base address of the API, or of a worker's probes, once it is announced; rejects when the process ends before. */
  ready(): Promise<string>;
}

/** @param settings - environment variables; nothing of ours but what any process needs is passed on. */
export function runPortico(
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
  command: readonly [string, ...string[]] = [process.execPath, main],
): PorticoCommand {
  const { PATH, HOME, TMPDIR, LANG } = process.env;
  const child = spawn(command[0], [...command.slice(1), ...args], {
    env: { PATH, HOME, TMPDIR, LANG, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  let ended = false;
  const exited = once(child, 'close').then((end) => {
    ended = true;
    const [code, signal] = end as [number | null, NodeJS.Signals | null];
    return { code, signal };
  });
  return {
    child,
    out: () => out,
    err: () => err,
    exited,
    async ready() {
      return until(() => {
        if (ended) throw new Error(`It ended before it was ready: ${out}${err}`);
        return out.includes('Ctrl-C stops it.') && /^ {2}Health +(http\S+)\/health\/ready$/m.exec(out)?.[1];
      }, 60_000);
    },
  };
}
