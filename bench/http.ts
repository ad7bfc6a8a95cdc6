/**
 * npm run bench:http — what an operation of Portico costs beside its peers and beside bare node:http, what traces add, and what
 * a second process brings.
 *
 * Each server is a process of its own; all are loaded in turn, round after round, and ratios are taken within a round, so that
 * a noisy neighbour hits both sides alike. CPU time per request is the figure to trust; requests per second move with the
 * machine, whose cores the load generator shares.
 */
import { createSink } from './http/otlp-sink.ts';
import { cpuPerRequest, load, requestsPerBusiestCpuSecond, startPeer } from './http/peers.ts';
import type { Peer, Round } from './http/peers.ts';
import { installPeers } from './install-peers.ts';
import { median, reportRatios } from './ratios.ts';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 15);
const requests = 5_000;
/** For each process, until the compiler has settled; seconds would give slow servers too few requests. */
const warmUp = 30_000;

installPeers();
const sink = await createSink();
const specifications = {
  bare: { name: 'bare node:http, nothing validated', file: 'http/bare.ts' },
  fastify: { name: 'Fastify 5 + Ajv + response schema', file: 'http/fastify.ts' },
  fastifyLogged: { name: 'the same with its log', file: 'http/fastify.ts', environment: { BENCH_LOG: 'true' } },
  expressValidator: { name: 'Express 5 + express-openapi-validator', file: 'http/express-validator.ts' },
  nest: { name: 'NestJS 12 (Express) + class-validator', file: 'peers/nest.ts', decorators: true },
  hapiJoi: { name: 'Hapi 21 + Joi, answers too', file: 'peers/hapi-joi.ts' },
  portico: { name: '**Portico**', file: 'http/portico.ts' },
  porticoTraced: {
    name: 'Portico, 5 % of traces exported',
    file: 'http/portico.ts',
    environment: { BENCH_TRACES: sink.url },
  },
  portico1: {
    name: 'Portico in a cluster of one',
    file: 'http/portico-cluster.ts',
    environment: { BENCH_PROCESSES: '1' },
  },
  portico2: {
    name: 'Portico in a cluster of two',
    file: 'http/portico-cluster.ts',
    environment: { BENCH_PROCESSES: '2' },
  },
} as const;
type Name = keyof typeof specifications;
const names = Object.keys(specifications) as Name[];

const peers = new Map<Name, Peer>();
const measured = new Map<Name, Round[]>(names.map((name) => [name, []]));
try {
  for (const name of names) peers.set(name, await startPeer(specifications[name]));
  for (const peer of peers.values()) await load(peer, warmUp * peer.processes);
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, peer] of peers) of(name).push(await load(peer, requests));
  }
  if (sink.received() === 0) throw new Error('no trace was exported');
  report();
} finally {
  for (const peer of peers.values()) peer.process.disconnect();
  await sink.close();
}

function of(name: Name): Round[] {
  return measured.get(name) ?? [];
}

/** The median over the rounds of one server's figure divided by the other's in the same round. */
function ratio(figure: (round: Round) => number, over: Name, under: Name): number {
  return median(of(over).map((round, at) => figure(round) / figure(of(under)[at] ?? round)));
}

function report(): void {
  console.log(`median of ${rounds} interleaved rounds of ${requests} requests on 50 connections\n`);
  console.log('| server | CPU µs/request | relative to Fastify + Ajv | requests/s | p99 ms |');
  console.log('| --- | --- | --- | --- | --- |');
  for (const name of names) {
    const cost = median(of(name).map(cpuPerRequest)).toFixed(1);
    const relative = ratio(cpuPerRequest, name, 'fastify').toFixed(2);
    const throughput = median(of(name).map(({ requestsPerSecond }) => requestsPerSecond)).toFixed(0);
    const p99 = median(of(name).map((round) => round.p99));
    console.log(`| ${specifications[name].name} | ${cost} | ${relative} | ${throughput} | ${p99} |`);
  }
  reportRatios('http', {
    cpu_vs_fastify: { value: ratio(cpuPerRequest, 'portico', 'fastify'), target: 1.5, better: 'lower' },
    cpu_vs_express_validator: {
      value: ratio(cpuPerRequest, 'portico', 'expressValidator'),
      target: 0.7,
      better: 'lower',
    },
    cpu_vs_nest: { value: ratio(cpuPerRequest, 'portico', 'nest'), target: 0.5, better: 'lower' },
    telemetry_overhead: { value: ratio(cpuPerRequest, 'porticoTraced', 'portico'), target: 1.1, better: 'lower' },
    scaling_2_processes: {
      value: ratio(requestsPerBusiestCpuSecond, 'portico2', 'portico1'),
      target: 1.7,
      better: 'higher',
    },
  });
}
