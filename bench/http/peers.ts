import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';

import type { FromPeer } from './peer.ts';
import { path, sample } from './shape.ts';

export interface PeerSpecification {
  readonly name: string;
  /** Below bench/. */
  readonly file: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** The file has decorators, which Node does not strip. */
  readonly decorators?: boolean;
}

/** A server in a process of its own. */
export interface Peer {
  readonly name: string;
  readonly process: ChildProcess;
  readonly url: string;
  readonly token: string;
  /** How many processes share the requests. */
  readonly processes: number;
}

export interface Round {
  readonly requests: number;
  /** What each of its processes used meanwhile. */
  readonly cpuMicroseconds: readonly number[];
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p99: number;
}

const connections = 50;
const bench = new URL('../', import.meta.url);
const decoratorHook = new URL('peers/decorators.ts', bench).href;

/** Starts a server and waits until it announces itself. Its standard output, where logs go, is /dev/null. */
export async function startPeer({ name, file, environment, decorators }: PeerSpecification): Promise<Peer> {
  const child = fork(fileURLToPath(new URL(file, bench)), {
    env: { ...process.env, ...environment, NODE_ENV: 'production' },
    execArgv: decorators === true ? ['--import', decoratorHook] : [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [message] = (await once(child, 'message')) as [FromPeer];
  if (!('url' in message)) throw new Error(`${name} did not announce itself`);
  // Those that ask for no token still get one: every server parses the same headers.
  const processes = Number(environment?.['BENCH_PROCESSES'] ?? 1);
  return { name, process: child, url: message.url, token: message.token ?? 'x'.repeat(500), processes };
}

/** Sends the one request so many times, on 50 connections. @throws when anything but 2xx comes back. */
export async function load(peer: Peer, amount: number): Promise<Round> {
  const before = await cpu(peer);
  const result = await autocannon({
    url: peer.url + path,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${peer.token}` },
    body: JSON.stringify(sample),
    connections,
    amount,
  });
  if (result.errors > 0 || result.non2xx > 0) {
    throw new Error(`${peer.name}: ${result.errors} errors, ${result.non2xx} answers other than 2xx`);
  }
  const after = await cpu(peer);
  return {
    requests: result['2xx'],
    cpuMicroseconds: after.map((used, at) => used - (before[at] ?? 0)),
    requestsPerSecond: result['2xx'] / result.duration,
    p99: result.latency.p99,
  };
}

async function cpu(peer: Peer): Promise<readonly number[]> {
  peer.process.send('cpu');
  const [message] = (await once(peer.process, 'message')) as [FromPeer];
  if (!('cpuMicroseconds' in message)) throw new Error(`${peer.name} did not tell its CPU time`);
  return message.cpuMicroseconds;
}

/** Microseconds of CPU time, all processes together. */
export function cpuPerRequest({ cpuMicroseconds, requests }: Round): number {
  return cpuMicroseconds.reduce((sum, used) => sum + used, 0) / requests;
}

/**
 * How many requests a primary and its workers answer while the busiest worker uses one second of CPU: what they could answer
 * per second if each had a core of its own. The primary's time counts as the busiest worker's.
 */
export function requestsPerBusiestCpuSecond({ cpuMicroseconds: [primary = 0, ...workers], requests }: Round): number {
  return (requests / (Math.max(...workers) + primary)) * 1_000_000;
}
