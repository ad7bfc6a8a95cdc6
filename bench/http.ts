/**
 * npm run bench:http — what Portico's contract layer costs per request, beside bare node:http and Fastify + Ajv.
 *
 * Each server is a process of its own; all are loaded in turn, round after round, so that a noisy neighbour hits them alike.
 * CPU time per request is the figure to trust; requests per second move with the machine.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';

import type { FromPeer } from './http/peer.ts';
import { path, sample } from './http/shape.ts';

interface Peer {
  readonly name: string;
  readonly process: ChildProcess;
  readonly url: string;
  readonly rounds: Round[];
}

interface Round {
  readonly cpuMicroseconds: number;
  readonly requestsPerSecond: number;
  readonly p99: number;
}

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const seconds = Number(process.env['BENCH_SECONDS'] ?? 3);
const connections = 50;
const baseline = 'Fastify 5 + Ajv';

const peers: Peer[] = [];
for (const [name, file, environment] of [
  ['bare node:http, nothing validated', 'bare', {}],
  [baseline, 'fastify', {}],
  ['Portico: token, limit, contract, metrics', 'portico', {}],
  ['the same with its access log', 'portico', { BENCH_ACCESS_LOG: 'true' }],
] as const) {
  peers.push(await start(name, file, environment));
}
try {
  for (const peer of peers) await load(peer, 1);
  for (let round = 0; round < rounds; round += 1) {
    for (const peer of peers) peer.rounds.push(await load(peer, seconds));
  }
  report();
} finally {
  for (const peer of peers) peer.process.disconnect();
}

async function start(name: string, file: string, environment: Readonly<Record<string, string>>): Promise<Peer> {
  const child = fork(fileURLToPath(new URL(`./http/${file}.ts`, import.meta.url)), {
    env: { ...process.env, ...environment, NODE_ENV: 'production' },
  });
  const [message] = (await once(child, 'message')) as [FromPeer];
  if (!('url' in message)) throw new Error(`${name} did not announce itself`);
  return { name, process: child, url: message.url, rounds: [] };
}

async function load(peer: Peer, duration: number): Promise<Round> {
  const before = await cpu(peer);
  const result = await autocannon({
    url: peer.url + path,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer bench' },
    body: JSON.stringify(sample),
    connections,
    duration,
  });
  if (result.errors > 0 || result.non2xx > 0) {
    throw new Error(`${peer.name}: ${result.errors} errors, ${result.non2xx} answers other than 2xx`);
  }
  const used = (await cpu(peer)) - before;
  return {
    cpuMicroseconds: used / result['2xx'],
    requestsPerSecond: result.requests.average,
    p99: result.latency.p99,
  };
}

async function cpu(peer: Peer): Promise<number> {
  peer.process.send('cpu');
  const [message] = (await once(peer.process, 'message')) as [FromPeer];
  if (!('cpuMicroseconds' in message)) throw new Error(`${peer.name} did not tell its CPU time`);
  return message.cpuMicroseconds;
}

function report(): void {
  const of = (peer: Peer, figure: keyof Round): number => median(peer.rounds.map((round) => round[figure]));
  const base = peers.find(({ name }) => name === baseline);
  if (base === undefined) throw new Error('the baseline did not run');
  console.log(`${connections} connections, median of ${rounds} interleaved rounds of ${seconds} s\n`);
  console.log('| server | CPU µs/request | relative to Fastify + Ajv | requests/s | p99 ms |');
  console.log('| --- | --- | --- | --- | --- |');
  for (const peer of peers) {
    const cost = of(peer, 'cpuMicroseconds');
    const ratio = cost / of(base, 'cpuMicroseconds');
    console.log(
      `| ${peer.name} | ${cost.toFixed(1)} | ${ratio.toFixed(2)} | ${of(peer, 'requestsPerSecond').toFixed(0)} | ${of(peer, 'p99')} |`,
    );
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
