/**
 * npm run bench:game — rounds of dice, started and played, 20 at a time: Portico's use cases over its database, beside pgbench
 * running the same statements in the same transactions. Then the rank of players among 1,000,000.
 */
import pg from 'pg';
import { migrate } from '../src/database/migrate.ts';
import { AT_ONCE, PLAYERS, playerId } from './game/players.ts';
import { runRounds } from './game/pgbench.ts';
import { measureRanks, seedBoard } from './game/ranks.ts';
import { startPostgres } from './postgres.ts';
import { median, reportRatios } from './ratios.ts';
import { order, start } from './talk.ts';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
const PAIRS = Number(process.env['BENCH_PAIRS'] ?? 4_000);
const BOARD = Number(process.env['BENCH_BOARD'] ?? 1_000_000);

const postgres = await startPostgres();
try {
  await migrate(postgres.url);
  await openWallets(postgres.url);
  const [portico] = await start('game/portico.ts', [postgres.url]);
  const rates: { portico: number; pgbench: number }[] = [];
  let cpu = 0;
  for (let round = -1; round < ROUNDS; round += 1) {
    const ours = async () => {
      const { seconds, cpuSeconds } = await order(portico, { count: PAIRS });
      if (round >= 0) cpu += cpuSeconds;
      return PAIRS / seconds;
    };
    const theirs = () => runRounds(postgres.url, PAIRS);
    // Nobody is always the one after the checkpoint.
    const first = round % 2 === 0 ? await ours() : await theirs();
    const second = round % 2 === 0 ? await theirs() : await ours();
    // The first round prepares statements and compiles.
    if (round >= 0) {
      rates.push(round % 2 === 0 ? { portico: first, pgbench: second } : { portico: second, pgbench: first });
    }
  }
  portico.disconnect();

  await seedBoard(postgres.url, BOARD);
  const ranks = await measureRanks(postgres.url);

  console.log(
    `\n${AT_ONCE} at a time, ${PLAYERS} players, fsync on; median of ${ROUNDS} interleaved rounds of ${PAIRS} pairs\n`,
  );
  console.log('| way | start + play, pairs/s |\n| --- | --- |');
  console.log(`| Portico | ${median(rates.map((rate) => rate.portico)).toFixed(0)} |`);
  console.log(`| pgbench, the same statements | ${median(rates.map((rate) => rate.pgbench)).toFixed(0)} |`);
  console.log(`\nCPU of Portico's process: ${((cpu * 1e6) / PAIRS / ROUNDS).toFixed(0)} µs a pair`);
  console.log(`\n| among ${BOARD.toLocaleString('en')} players | p50 ms | p95 ms |\n| --- | --- | --- |`);
  for (const [what, { p50, p95 }] of Object.entries(ranks))
    console.log(`| ${what} | ${p50.toFixed(2)} | ${p95.toFixed(2)} |`);
  reportRatios('game', {
    vs_pgbench: {
      value: median(rates.map((rate) => rate.portico / rate.pgbench)),
      target: 0.5,
      better: 'higher',
    },
    rank_ms: { value: ranks['rank by histogram'].p50, target: 10, better: 'lower' },
  });
} finally {
  await postgres.stop();
}

async function openWallets(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const ids = Array.from({ length: PLAYERS }, (_, n) => playerId(n));
  await client.query(`insert into rewards.accounts (id, kind) select unnest($1::uuid[]), 'wallet'`, [ids]);
  await client.query('vacuum analyze rewards.accounts');
  await client.end();
}
