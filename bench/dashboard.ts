/**
 * npm run bench:dashboard — every operation of the dashboard over 20,000,000 ledger entries and 10,000,000 messages of a year,
 * how far the figures lag behind 2,000 writes a second, and what ten heavy reports at once do to everybody else.
 *
 * The rows are generated in the database; the rollups come from `portico rollups --repair`, as after an upgrade. fsync is off
 * while they are made and on while anything is measured. Everything shares the machine with whatever else runs.
 */
import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { measureWhile } from './bulk/load.ts';
import { generate } from './dashboard/generate.ts';
import { heavyReportsOf, reportsOf } from './dashboard/reports.ts';
import { writeWhile } from './dashboard/writers.ts';
import { install, settings } from './installation.ts';
import { median, reportRatios } from './ratios.ts';

const LEDGER = Number(process.env['BENCH_LEDGER'] ?? 20_000_000);
const MESSAGES = Number(process.env['BENCH_MESSAGES'] ?? 10_000_000);
const REPEATS = Number(process.env['BENCH_REPEATS'] ?? 20);
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 15);
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3);
const WRITES_A_SECOND = 2_000;
const HEAVY_AT_ONCE = 10;

const installation = await install({ postgres: { max_wal_size: '4GB', shared_buffers: '512MB' } });
try {
  const { url, databaseUrl, logIn } = installation;
  console.log('Generating');
  await setDurable(databaseUrl, false);
  await generate(databaseUrl, { ledger: LEDGER, messages: MESSAGES });
  await buildRollups(databaseUrl);
  await settle(databaseUrl);

  const admin = await logIn('admin@portico.example', 'portico-demo-admin');
  const user = await logIn('user@portico.example', 'portico-demo-user');
  const get = async (path: string): Promise<Response> => {
    const answer = await fetch(`${url}/api/v1/analytics/${path}`, { headers: { authorization: `Bearer ${admin}` } });
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer;
  };

  const slowest = await measureOperations(get);
  const lag = await measureLag(databaseUrl, get);
  const ratio = await measureNeighbours(url, user, get);
  reportRatios('dashboard', {
    // The worst operation's.
    p95_ms: { value: slowest, target: 50, better: 'lower' },
    rollup_lag_s: { value: lag, target: 5, better: 'lower' },
    api_p99_vs_idle: { value: ratio, target: 1.5, better: 'lower' },
  });
} finally {
  await installation.stop();
}

/** As an upgrade does it, and then waits until the roller has carried everything into the figures. */
async function buildRollups(databaseUrl: string): Promise<void> {
  const began = performance.now();
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const env = { PATH: process.env['PATH'], ...settings, DATABASE_URL: databaseUrl };
  const told = execFileSync(process.execPath, ['--no-warnings', main, 'rollups', '--repair'], {
    env,
    encoding: 'utf8',
  });
  console.log(`  ${told.trim().split('\n').at(-1) ?? ''}`);
  await onClient(databaseUrl, async (client) => {
    const until = async (condition: string): Promise<void> => {
      while (!(await client.query<{ met: boolean }>(`select ${condition} as met`)).rows[0]?.met) await pause(250);
    };
    await until(`not exists (select from analytics.facts where xid >= (select below from analytics.rollup_state))
      and (select as_of > '-infinity' from analytics.rollup_state)`);
    await client.query(`select graphile_worker.add_job('rankUsers', '{}'::json)`);
    await until('exists (select from analytics.rankings)');
    const { rows } = await client.query<{ n: string }>('select count(*) as n from analytics.rollups');
    console.log(`  ${rows[0]?.n ?? '0'} quarters rolled up: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  });
}

/** Off while rows are made that nobody would miss. */
async function setDurable(databaseUrl: string, on: boolean): Promise<void> {
  await onClient(databaseUrl, async (client) => {
    for (const setting of ['fsync', 'full_page_writes', 'autovacuum']) {
      await client.query(`alter system set ${setting} = ${on ? 'on' : 'off'}`);
    }
    if (on) await client.query('checkpoint');
    await client.query('select pg_reload_conf()');
  });
}

async function settle(databaseUrl: string): Promise<void> {
  await setDurable(databaseUrl, true);
  await onClient(databaseUrl, async (client) => {
    for (const table of ['rollups', 'days', 'totals', 'facts'])
      await client.query(`vacuum (analyze) analytics.${table}`);
    await client.query('checkpoint');
    const { rows } = await client.query<{ size: string }>(
      'select pg_size_pretty(pg_database_size(current_database())) as size',
    );
    console.log(`  the database is ${rows[0]?.size ?? '?'}`);
  });
}

/** @returns the 95th percentile of the slowest operation, in milliseconds */
async function measureOperations(get: (path: string) => Promise<Response>): Promise<number> {
  console.log('\n| operation | p50 | p95 | worst |\n| --- | --- | --- | --- |');
  const percentiles: number[] = [];
  for (const [operation, paths] of Object.entries(reportsOf(new Date()))) {
    const samples: number[] = [];
    for (let repeat = -1; repeat < REPEATS; repeat += 1) {
      for (const path of paths) {
        const began = performance.now();
        await (await get(path)).arrayBuffer();
        // The first round is warm-up: compiled code, prepared statements.
        if (repeat >= 0) samples.push(performance.now() - began);
      }
    }
    const sorted = samples.toSorted((a, b) => a - b);
    const at = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
    console.log(`| ${operation} | ${at(0.5).toFixed(1)} ms | ${at(0.95).toFixed(1)} ms | ${at(1).toFixed(1)} ms |`);
    percentiles.push(at(0.95));
  }
  return Math.max(...percentiles);
}

/** @returns seconds by which the figures were behind at most while others wrote */
async function measureLag(databaseUrl: string, get: (path: string) => Promise<Response>): Promise<number> {
  const { result: worst, perSecond } = await writeWhile(databaseUrl, WRITES_A_SECOND, async () => {
    // The first seconds are the ramp.
    await pause(3_000);
    let behind = 0;
    const ends = performance.now() + SECONDS * 1_000;
    while (performance.now() < ends) {
      await pause(200);
      const { asOf } = (await (await get('live-counters')).json()) as { readonly asOf: string };
      behind = Math.max(behind, (Date.now() - Date.parse(asOf)) / 1_000);
    }
    return behind;
  });
  console.log(`\n${perSecond.toFixed(0)} writes a second: figures at most ${worst.toFixed(1)} s behind`);
  if (perSecond < WRITES_A_SECOND * 0.95) console.log(`This machine did not reach ${WRITES_A_SECOND} writes a second.`);
  return worst;
}

/** @returns by which factor others' p99 grows while ten heavy reports run all the time */
async function measureNeighbours(url: string, user: string, get: (path: string) => Promise<Response>): Promise<number> {
  const ratios: number[] = [];
  for (let round = -1; round < ROUNDS; round += 1) {
    const { latencies: idle } = await measureWhile(url, user, () => pause(6_000));
    let reports = 0;
    const { latencies: busy } = await measureWhile(url, user, async () => {
      const ends = performance.now() + 6_000;
      const heavy = heavyReportsOf(new Date());
      await Promise.all(
        Array.from({ length: HEAVY_AT_ONCE }, async (_, n) => {
          for (let turn = n; performance.now() < ends; turn += 1, reports += 1) {
            await (await get(heavy[turn % heavy.length] ?? '')).arrayBuffer();
          }
        }),
      );
    });
    if (round < 0) continue;
    console.log(`p99 ${idle.p99.toFixed(1)} → ${busy.p99.toFixed(1)} ms beside ${reports} heavy reports in 6 s`);
    ratios.push(busy.p99 / idle.p99);
  }
  return median(ratios);
}

async function onClient(databaseUrl: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
