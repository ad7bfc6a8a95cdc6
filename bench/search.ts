/**
 * npm run bench:search — searches of a catalog of 1,000,000 variants over HTTP, one after the other, against statements written
 * by hand for each of them that give the same answer.
 *
 * BENCH_CLUSTER names a folder in which the generated catalog stays, BENCH_VARIANTS says how large it is, and
 * BENCH_PHASES=generate makes it and measures nothing.
 */
import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { install } from './installation.ts';
import { reportRatios } from './ratios.ts';
import { generate } from './search/generate.ts';
import { statementFor } from './search/peer.ts';
import { queryOf, questions } from './search/questions.ts';

const VARIANTS = Number(process.env['BENCH_VARIANTS'] ?? 1_000_000);
const CLUSTER = process.env['BENCH_CLUSTER'];
const ASKED = 600;
/** Before the clock runs: plans, caches and compiled code are as they are in a shop that is open. */
const WARM = 120;

const installation = await install({
  postgres: { max_wal_size: '4GB', shared_buffers: '512MB' },
  ...(CLUSTER === undefined ? {} : { directory: CLUSTER }),
});
try {
  await generate(installation.databaseUrl, VARIANTS);
  if (process.env['BENCH_PHASES'] !== 'generate') {
    const client = new pg.Client({ connectionString: installation.databaseUrl });
    await client.connect();
    try {
      await measure(installation.url, client);
    } finally {
      await client.end();
    }
  }
} finally {
  await installation.stop();
}

interface Found {
  readonly items: readonly unknown[];
  readonly total: number;
  readonly corrected: boolean;
}

async function measure(url: string, client: pg.Client): Promise<void> {
  const all = questions(WARM + ASKED);
  const portico: number[] = [];
  const peer: number[] = [];
  let empty = 0;
  for (const [index, question] of all.entries()) {
    const began = performance.now();
    const answer = await fetch(`${url}/api/v1/catalog/products?${queryOf(question)}`);
    const { items, total, corrected } = (await answer.json()) as Found;
    const asked = performance.now();
    const { rows } = await client.query<{ items: readonly unknown[] | null; total: string }>(statementFor(question));
    const told = performance.now();
    if (answer.status !== 200) throw new Error(`${queryOf(question)} answered ${answer.status}.`);
    const [other] = rows;
    // The statement corrects no words.
    const same = corrected || total === 2_500;
    if (!same && (Number(other?.total) !== total || (other?.items ?? []).length !== items.length)) {
      throw new Error(`${queryOf(question)}: Portico finds ${total}, the statement ${other?.total}.`);
    }
    if (total === 0) empty += 1;
    if (index < WARM) continue;
    portico.push(asked - began);
    peer.push(told - asked);
  }
  console.log(`${ASKED} searches, ${empty} of which found nothing.`);
  for (const [name, times] of Object.entries({ Portico: portico, 'by hand': peer })) {
    const figures = [0.5, 0.95, 0.99].map((share) => `p${share * 100} ${percentile(times, share).toFixed(1)} ms`);
    console.log(`${name.padEnd(8)} ${figures.join(', ')}`);
  }
  reportRatios('search', {
    p95_ms: { value: percentile(portico, 0.95), target: 50, better: 'lower' },
    vs_sql: { value: sum(portico) / sum(peer), target: 2, better: 'lower' },
  });
}

function percentile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? Number.NaN;
}

function sum(times: readonly number[]): number {
  return times.reduce((all, time) => all + time, 0);
}
