/**
 * npm run bench:db — Portico's two hottest pieces of database work, 20 at a time: reading a wallet, and a transaction that
 * books a posting whose trigger moves two balances. Through Portico's stores, raw prepared `pg` (the limit), Drizzle, and
 * Prisma, each in a process of its own, in interleaved rounds on the same tables.
 */
import type { ChildProcess } from 'node:child_process';
import pg from 'pg';
import { migrate } from '../src/database/migrate.ts';
import { poolId, WALLETS, walletId } from './db/contest.ts';
import type { Command } from './db/contest.ts';
import { installPeers } from './install-peers.ts';
import { startPostgres } from './postgres.ts';
import { median, reportRatios } from './ratios.ts';
import type { Target } from './ratios.ts';
import { order, start } from './talk.ts';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 7);
const COUNTS = { get: Number(process.env['BENCH_GETS'] ?? 20_000), post: Number(process.env['BENCH_POSTS'] ?? 4_000) };
const files = { portico: 'db/portico.ts', pg: 'db/pg.ts', drizzle: 'peers/drizzle.ts', prisma: 'peers/prisma.ts' };
type Name = keyof typeof files;
const names = Object.keys(files) as Name[];
const kinds = ['get', 'post'] as const;

/** Operations a second of each contestant, round by round. */
type Rates = Record<Name, number[]>;
type ByKind = Readonly<Record<(typeof kinds)[number], Rates>>;

installPeers();
const postgres = await startPostgres();
try {
  await migrate(postgres.url);
  await seed(postgres.url);
  const contestants = {} as Record<Name, ChildProcess>;
  for (const name of names) [contestants[name]] = await start(files[name], [postgres.url]);
  const rates = { get: emptyRates(), post: emptyRates() };
  const cpu = { get: emptyRates(), post: emptyRates() };
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const kind of kinds) {
      // Nobody is always the one after the checkpoint.
      for (const name of rotated(names, round + 1)) {
        const command: Command = { kind, count: COUNTS[kind] };
        const { seconds, cpuSeconds } = await order(contestants[name], command);
        // The first round prepares statements and compiles.
        if (round < 0) continue;
        rates[kind][name].push(command.count / seconds);
        cpu[kind][name].push((cpuSeconds * 1e6) / command.count);
      }
    }
  }
  for (const name of names) contestants[name].disconnect();
  report(rates, cpu);
} finally {
  await postgres.stop();
}

async function seed(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const [kind, idOf] of [
    ['wallet', walletId],
    ['campaign-pool', poolId],
  ] as const) {
    const ids = Array.from({ length: WALLETS }, (_, n) => idOf(n));
    await client.query('insert into rewards.accounts (id, kind) select unnest($1::uuid[]), $2', [ids, kind]);
  }
  await client.query('vacuum analyze rewards.accounts');
  await client.end();
}

function report(rates: ByKind, cpu: ByKind): void {
  console.log(`20 at a time, median of ${ROUNDS} interleaved rounds\n`);
  console.log('| way | get, operations/s | its CPU µs | post, transactions/s | its CPU µs |');
  console.log('| --- | --- | --- | --- | --- |');
  for (const name of names) {
    const cells = kinds.flatMap((kind) => [median(rates[kind][name]).toFixed(0), median(cpu[kind][name]).toFixed(0)]);
    console.log(`| ${[name, ...cells].join(' | ')} |`);
  }
  const targets: Record<string, Target> = {};
  for (const peer of ['pg', 'prisma', 'drizzle'] as const) {
    for (const kind of kinds) {
      const { portico, [peer]: other } = rates[kind];
      // Round by round, so that a neighbour who slows one round down slows both down.
      const ratio = median(portico.map((rate, round) => rate / (other[round] ?? Number.NaN)));
      targets[`${kind}_vs_${peer}`] = { value: ratio, target: peer === 'pg' ? 0.8 : 1, better: 'higher' };
    }
  }
  reportRatios('db', targets);
}

function emptyRates(): Rates {
  return { portico: [], pg: [], drizzle: [], prisma: [] };
}

function rotated<T>(all: readonly T[], by: number): T[] {
  const at = by % all.length;
  return [...all.slice(at), ...all.slice(0, at)];
}
