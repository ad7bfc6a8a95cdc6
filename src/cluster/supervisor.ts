import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import { setTimeout as pause } from 'node:timers/promises';
import type { Addresses } from '../process/create-process.ts';
import type { Logger } from '../telemetry/logs.ts';
import type { Beginning, ToSibling, ToSupervisor } from './messages.ts';
import { createSharedCounters } from './shared-counters.ts';
import { createSummedMetrics } from './summed-metrics.ts';

export interface SupervisorOptions {
  readonly processes: number;
  readonly databases: Beginning['databases'];
  readonly log: Logger;
  /** Milliseconds that siblings get to stop before they are killed. */
  readonly stopLimit: number;
}

/** Keeps the siblings of one `portico api` alive. Serves no request itself. */
export interface Supervisor {
  /**
   * Starts them, the first one alone: what is wrong with the surroundings is told once.
   * @returns where they listen, or the exit code of a first process that could not start.
   */
  start(): Promise<{ readonly addresses: Addresses } | { readonly exitCode: number }>;
  /** Resolves with an exit code when none serves and starting one has failed too often in a row. */
  readonly givenUp: Promise<number>;
  /** Drains all at once. @returns 0 when all ended in order, otherwise 1. */
  stop(): Promise<number>;
  /** Ends all at once, whatever they are doing. */
  kill(): void;
}

interface Sibling {
  readonly number: number;
  readonly worker: Worker;
  listening: boolean;
}

/** Starts that may fail in a row, while nobody serves, until the supervisor leaves it to its own supervisor. */
const patience = 3;

/** Milliseconds until the next start after so many that failed: a dead process is replaced at once, a doomed one slowly. */
const backoff = (failures: number): number => (failures === 0 ? 0 : Math.min(10_000, 100 * 2 ** failures));

/** Milliseconds that a sibling gets to tell its metrics; the last ones known count otherwise. */
const metricsPatience = 1_000;

export function createSupervisor({ processes, databases, log, stopLimit }: SupervisorOptions): Supervisor {
  const siblings = new Map<number, Sibling>();
  const counters = createSharedCounters(processes);
  const metrics = createSummedMetrics();
  const collections = new Map<number, () => void>();
  const givenUp = Promise.withResolvers<number>();
  const completed = Promise.withResolvers<void>();
  const stopping = new AbortController();
  /** Numbers that were served at least once. */
  const reached = new Set<number>();
  let failures = 0;
  let nextId = 1;

  function launch(number: number, onListening: (addresses: Addresses) => void = () => undefined): Worker {
    const worker = cluster.fork();
    const sibling: Sibling = { number, worker, listening: false };
    siblings.set(worker.id, sibling);
    worker.on('message', (message: ToSupervisor) => hear(sibling, message, onListening));
    // Whatever is wrong with its channel ends with its exit.
    worker.on('error', (error) => log.warn({ error, process: number }, 'a process cannot be reached'));
    worker.once('exit', (code, signal) => {
      siblings.delete(worker.id);
      metrics.bury(worker.id);
      if (reached.size > 0 && !stopping.signal.aborted) void replace(sibling, { code, signal });
    });
    return worker;
  }

  function hear(sibling: Sibling, message: ToSupervisor, onListening: (addresses: Addresses) => void): void {
    const { worker, number } = sibling;
    switch (message.kind) {
      case 'hello':
        tell(worker, { kind: 'begin', beginning: { number, processes, databases, complete: isComplete() } });
        if (stopping.signal.aborted) tell(worker, { kind: 'stop' });
        break;
      case 'listening':
        sibling.listening = true;
        failures = 0;
        reached.add(number);
        log.info({ process: number, pid: worker.process.pid }, 'a process serves');
        onListening(message.addresses);
        if (isComplete()) {
          completed.resolve();
          for (const other of siblings.values()) tell(other.worker, { kind: 'complete' });
        }
        break;
      case 'count':
        tell(worker, { kind: 'grants', id: message.id, grants: counters.count(message.wants, message.settlements) });
        break;
      case 'sum?':
        void sum().then((text) => tell(worker, { kind: 'sum', id: message.id, text }));
        break;
      case 'farewell':
        metrics.keep(worker.id, message.snapshot);
        break;
      case 'collected':
        metrics.keep(worker.id, message.snapshot);
        collections.get(message.id)?.();
        collections.delete(message.id);
        break;
    }
  }

  async function replace(dead: Sibling, end: { code: number | null; signal: string | null }): Promise<void> {
    if (!dead.listening) failures += 1;
    log.error({ process: dead.number, pid: dead.worker.process.pid, ...end }, 'a process ended and is replaced');
    if (failures >= patience && ![...siblings.values()].some(({ listening }) => listening)) {
      log.fatal('no process serves, and none can be started: giving up');
      givenUp.resolve(1);
      return;
    }
    const awake = await pause(backoff(failures), true, { signal: stopping.signal }).catch(() => false);
    if (awake) launch(dead.number);
  }

  function isComplete(): boolean {
    return reached.size === processes;
  }

  async function sum(): Promise<string> {
    await Promise.all(
      [...siblings.values()]
        .filter(({ listening }) => listening)
        .map(async ({ worker }) => {
          const id = nextId++;
          const answered = Promise.withResolvers<void>();
          collections.set(id, answered.resolve);
          tell(worker, { kind: 'collect', id });
          await Promise.race([answered.promise, pause(metricsPatience, undefined, { ref: false })]);
          collections.delete(id);
        }),
    );
    return metrics.text();
  }

  return {
    givenUp: givenUp.promise,
    async start() {
      const first = Promise.withResolvers<Addresses | number>();
      const worker = launch(1, (addresses) => first.resolve(addresses));
      worker.once('exit', (code: number | null) => first.resolve(code ?? 1));
      const outcome = await first.promise;
      if (typeof outcome === 'number') return { exitCode: outcome };
      for (let number = 2; number <= processes; number += 1) launch(number);
      await Promise.race([completed.promise, givenUp.promise]);
      return { addresses: outcome };
    },
    async stop() {
      stopping.abort();
      const ends = [...siblings.values()].map(({ worker }) => ended(worker));
      for (const { worker } of siblings.values()) tell(worker, { kind: 'stop' });
      const timer = setTimeout(() => killAll(), stopLimit);
      const codes = await Promise.all(ends);
      clearTimeout(timer);
      counters.close();
      return codes.every((code) => code === 0) ? 0 : 1;
    },
    kill: killAll,
  };

  function killAll(): void {
    for (const { worker } of siblings.values()) worker.process.kill('SIGKILL');
  }
}

function tell(worker: Worker, message: ToSibling): void {
  if (worker.isConnected()) worker.send(message);
}

async function ended(worker: Worker): Promise<number> {
  if (worker.isDead()) return worker.process.exitCode ?? 1;
  return new Promise((resolve) => worker.once('exit', (code: number | null) => resolve(code ?? 1)));
}
