import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a contestant, in a process of its own, answers to each order. */
export interface Done {
  readonly seconds: number;
  /** Of its own process. */
  readonly cpuSeconds: number;
}

/**
 * Starts a program of the benchmarks beside this one.
 *
 * @param file its path below bench/
 * @returns it, and the first thing it said
 */
export async function start<Said>(file: string, args: readonly string[]): Promise<readonly [ChildProcess, Said]> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv: ['--no-warnings'] });
  return [child, await hear<Said>(child)];
}

export async function order(child: ChildProcess, command: object): Promise<Done> {
  child.send(command);
  return hear<Done>(child);
}

async function hear<Said>(child: ChildProcess): Promise<Said> {
  const listening = new AbortController();
  const { signal } = listening;
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`${child.spawnargs.at(-1) ?? 'A contestant'} ended with ${String(code)} before it answered.`);
  });
  try {
    const [said] = (await Promise.race([once(child, 'message', { signal }), ended])) as [Said];
    return said;
  } finally {
    ended.catch(() => undefined);
    listening.abort();
  }
}

/**
 * In a contestant: says it is there, and from then on carries out orders.
 *
 * @param run carries out one order and gives its seconds
 */
export function serve(run: (command: never) => Promise<number>): void {
  // Who orders knows what the contestant takes.
  process.on('message', (command) => {
    const before = process.cpuUsage();
    void run(command as never).then((seconds) => {
      const { user, system } = process.cpuUsage(before);
      process.send?.({ seconds, cpuSeconds: (user + system) / 1e6 } satisfies Done);
    });
  });
  process.on('disconnect', () => process.exit());
  process.send?.({});
}
