import cluster from 'node:cluster';
import type { CounterStore } from '../http/rate-limit-stores.ts';
import type { Addresses } from '../process/create-process.ts';
import { leasedCounters } from './leased-counters.ts';
import type { Beginning, Grant, MetricSnapshot, ToSibling, ToSupervisor } from './messages.ts';

/** What makes several processes one, as each of them sees it. */
export interface Siblings {
  readonly number: number;
  readonly processes: number;
  /** Rate limits that hold for the sum of all. */
  readonly counters: CounterStore;
  /** The metrics of all, added up, as Prometheus reads them. */
  readonly sumMetrics: () => Promise<string>;
  /** Gives this process's own metrics away whenever they are asked for. */
  readonly shareMetrics: (snapshot: () => Promise<MetricSnapshot>) => void;
  /** Whether all of them were ready once: before that none is, or the first would be flooded. */
  readonly complete: () => boolean;
}

/** A sibling's end of the channel to its supervisor. */
export interface Link extends Siblings {
  readonly databases: Beginning['databases'];
  /** Resolves when the supervisor wants this process to stop. */
  readonly stopped: Promise<void>;
  listening(addresses: Addresses): void;
  /** Hands over the last figures, then lets go of the channel, so that the process can end. */
  end(): Promise<void>;
}

/** Introduces this process to its supervisor. Resolves with what to begin with. */
export async function joinSupervisor(): Promise<Link> {
  const begun = Promise.withResolvers<Beginning>();
  const stopped = Promise.withResolvers<void>();
  const sums = new Map<number, (text: string) => void>();
  const counts = new Map<number, (grants: readonly Grant[]) => void>();
  let nextId = 1;
  let complete = false;
  let snapshot: () => Promise<MetricSnapshot> = () => Promise.resolve([]);

  const handlers: { readonly [Kind in ToSibling['kind']]: (message: Extract<ToSibling, { kind: Kind }>) => void } = {
    begin: ({ beginning }) => begun.resolve(beginning),
    complete: () => (complete = true),
    stop: () => stopped.resolve(),
    collect: ({ id }) => void snapshot().then((own) => send({ kind: 'collected', id, snapshot: own })),
    sum: ({ id, text }) => settle(sums, id, text),
    grants: ({ id, grants }) => settle(counts, id, grants),
  };
  process.on('message', (message: ToSibling) => {
    (handlers[message.kind] as (message: ToSibling) => void)(message);
  });
  send({ kind: 'hello' });
  const beginning = await begun.promise;
  complete ||= beginning.complete;

  const ask = <Answer>(waiting: Map<number, (answer: Answer) => void>, message: (id: number) => ToSupervisor) => {
    const id = nextId++;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    waiting.set(id, resolve);
    send(message(id));
    return promise;
  };

  return {
    ...beginning,
    complete: () => complete,
    stopped: stopped.promise,
    counters: leasedCounters((wants, settlements) => ask(counts, (id) => ({ kind: 'count', id, wants, settlements }))),
    sumMetrics: () => ask(sums, (id) => ({ kind: 'sum?', id })),
    shareMetrics: (own) => {
      snapshot = own;
    },
    listening: (addresses) => send({ kind: 'listening', addresses }),
    async end() {
      send({ kind: 'farewell', snapshot: await snapshot() });
      cluster.worker?.disconnect();
    },
  };
}

function settle<Answer>(waiting: Map<number, (answer: Answer) => void>, id: number, answer: Answer): void {
  waiting.get(id)?.(answer);
  waiting.delete(id);
}

/** A supervisor that is gone takes its siblings with it (node:cluster), so nobody waits for an answer that cannot come. */
function send(message: ToSupervisor): void {
  if (process.connected) process.send?.(message);
}
