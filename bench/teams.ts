/**
 * npm run bench:teams — balances and debts of a team with 100,000 expenses; and expenses added, 20 at a time: Portico's use case over its
 * database, beside pgbench running the same statements in the same transactions.
 */
import { migrate } from '../src/database/migrate.ts';
import { startPostgres } from './postgres.ts';
import { median, reportRatios } from './ratios.ts';
import { order, start } from './talk.ts';
import { measureReads } from './teams/reads.ts';
import { runExpenses } from './teams/pgbench.ts';
import { AT_ONCE, TEAMS } from './teams/people.ts';
import { seedLargeTeam, seedTeams } from './teams/seed.ts';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
const EXPENSES = Number(process.env['BENCH_EXPENSES'] ?? 4_000);
const LARGE = Number(process.env['BENCH_LARGE_EXPENSES'] ?? 100_000);

const postgres = await startPostgres();
try {
  await migrate(postgres.url);
  await seedTeams(postgres.url);
  const [portico] = await start('teams/portico.ts', [postgres.url]);
  const rates: { portico: number; pgbench: number }[] = [];
  let cpu = 0;
  for (let round = -1; round < ROUNDS; round += 1) {
    const ours = async () => {
      const { seconds, cpuSeconds } = await order(portico, { count: EXPENSES });
      if (round >= 0) cpu += cpuSeconds;
      return EXPENSES / seconds;
    };
    const theirs = () => runExpenses(postgres.url, EXPENSES);
    // Nobody is always the one after the checkpoint.
    const first = round % 2 === 0 ? await ours() : await theirs();
    const second = round % 2 === 0 ? await theirs() : await ours();
    // The first round prepares statements and compiles.
    if (round >= 0) {
      rates.push(round % 2 === 0 ? { portico: first, pgbench: second } : { portico: second, pgbench: first });
    }
  }
  portico.disconnect();

  const large = await seedLargeTeam(postgres.url, LARGE);
  const reads = await measureReads(postgres.url, large);

  console.log(
    `\n${AT_ONCE} at a time in ${TEAMS} teams, fsync on; median of ${ROUNDS} interleaved rounds of ${EXPENSES}\n`,
  );
  console.log('| way | expenses of five, written per second |\n| --- | --- |');
  console.log(`| Portico | ${median(rates.map((rate) => rate.portico)).toFixed(0)} |`);
  console.log(`| pgbench, the same statements | ${median(rates.map((rate) => rate.pgbench)).toFixed(0)} |`);
  console.log(`\nCPU of Portico's process: ${((cpu * 1e6) / EXPENSES / ROUNDS).toFixed(0)} µs an expense`);
  console.log(`\n| of a team with ${LARGE.toLocaleString('en')} expenses | p50 ms | p95 ms |\n| --- | --- | --- |`);
  for (const [what, { p50, p95 }] of Object.entries(reads)) {
    console.log(`| ${what} | ${p50.toFixed(2)} | ${p95.toFixed(2)} |`);
  }
  reportRatios('teams', {
    balances_p95_ms: { value: reads.balances.p95, target: 5, better: 'lower' },
    debts_p95_ms: { value: reads.debts.p95, target: 5, better: 'lower' },
    vs_pgbench: { value: median(rates.map((rate) => rate.portico / rate.pgbench)), target: 0.5, better: 'higher' },
  });
} finally {
  await postgres.stop();
}
