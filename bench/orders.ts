/**
 * npm run bench:orders — orders placed on one hot article and on a wide catalog: Portico's use case over its database, beside
 * pgbench running the very statements that it sends; and 200 buyers at once of what there is too little of.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { connect } from '../src/database/connect.ts';
import { migrate } from '../src/database/migrate.ts';
import { oversell } from './orders/oversell.ts';
import { recordScript } from './orders/record.ts';
import { AT_ONCE, seedShop } from './orders/shop.ts';
import { startPostgres } from './postgres.ts';
import { median, reportRatios } from './ratios.ts';
import { order, start } from './talk.ts';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
const ORDERS = Number(process.env['BENCH_ORDERS'] ?? 800);

/** @returns orders a second. Where pgbench is not on the path, PGBENCH says where it is. */
async function runPgbench(url: string, file: string): Promise<number> {
  const size = ['-c', String(AT_ONCE), '-j', '2', '-t', String(Math.ceil(ORDERS / AT_ONCE))];
  const { stdout } = await promisify(execFile)(
    process.env['PGBENCH'] ?? 'pgbench',
    ['-n', '-M', 'prepared', ...size, '-f', file, url],
    { env: { ...process.env, PGOPTIONS: '-c role=portico_app' } },
  );
  const rate = /^tps = ([\d.]+)/m.exec(stdout)?.[1];
  const failed = /^number of failed transactions: (\d+)/m.exec(stdout)?.[1] ?? '0';
  if (rate === undefined || failed !== '0') throw new Error(`pgbench said:\n${stdout}`);
  return Number(rate);
}

const postgres = await startPostgres();
const folder = await mkdtemp(path.join(tmpdir(), 'portico-orders-'));
try {
  await migrate(postgres.url);
  const owner = connect({ url: postgres.url, name: 'bench owner', size: 1, statementTimeout: 0 });
  await owner.transaction(seedShop);
  await owner.close();
  const [portico] = await start('orders/portico.ts', [postgres.url]);
  const rates: Record<'hot' | 'wide', { portico: number; pgbench: number }[]> = { hot: [], wide: [] };
  for (const kind of ['hot', 'wide'] as const) {
    const file = path.join(folder, `${kind}.sql`);
    await writeFile(file, await recordScript(postgres.url, kind === 'wide'));
    for (let round = -1; round < ROUNDS; round += 1) {
      const ours = async () => ORDERS / (await order(portico, { count: ORDERS, wide: kind === 'wide' })).seconds;
      const theirs = () => runPgbench(postgres.url, file);
      // Nobody is always the one after the checkpoint.
      const first = round % 2 === 0 ? await ours() : await theirs();
      const second = round % 2 === 0 ? await theirs() : await ours();
      // The first round prepares statements and compiles.
      if (round < 0) continue;
      rates[kind].push(round % 2 === 0 ? { portico: first, pgbench: second } : { portico: second, pgbench: first });
    }
  }
  portico.disconnect();
  const { oversold, sold } = await oversell(postgres.url);

  console.log(`\n${AT_ONCE} at a time, fsync on; median of ${ROUNDS} interleaved rounds of ${ORDERS}\n`);
  console.log('| orders placed per second | hot article | wide catalog |\n| --- | --- | --- |');
  for (const way of ['portico', 'pgbench'] as const) {
    const [hot, wide] = [rates.hot, rates.wide].map((list) => median(list.map((rate) => rate[way])));
    console.log(
      `| ${way === 'portico' ? 'Portico' : 'pgbench, the same statements'} | ${hot?.toFixed(0)} | ${wide?.toFixed(0)} |`,
    );
  }
  console.log(`\n200 buyers at once of 100 units: ${sold} sold.`);
  const ratio = (kind: 'hot' | 'wide') => median(rates[kind].map((rate) => rate.portico / rate.pgbench));
  reportRatios('orders', {
    hot_vs_pgbench: { value: ratio('hot'), target: 0.4, better: 'higher' },
    wide_vs_pgbench: { value: ratio('wide'), target: 0.4, better: 'higher' },
    oversold: { value: oversold, target: 0, better: 'lower' },
  });
} finally {
  await rm(folder, { recursive: true });
  await postgres.stop();
}
