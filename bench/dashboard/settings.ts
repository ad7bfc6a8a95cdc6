import { readFileSync } from 'node:fs';
import pg from 'pg';
import { statement } from '../../src/database/transaction.ts';
import type { Statement, Transaction } from '../../src/database/transaction.ts';
import { messageRecounts } from '../../src/contexts/notifications/index.ts';
import { measured } from '../../src/contexts/rewards/index.ts';
import { median } from '../ratios.ts';
import { post, postValues, TOGETHER } from './writers.ts';

const REPEATS = 5;
const POSTINGS = 100;
const DAY = 86_400_000;

/** What one statement took: CPU of its backend, which busy neighbours move less than the clock; the rest by EXPLAIN. */
interface Cost {
  readonly milliseconds: number;
  readonly pages: number;
  readonly spilledMegabytes: number;
}

/**
 * Measures what docs/operations.md says of BRIN, partitions, autovacuum and `work_mem`, on the generated rows. Whatever it
 * changes is rolled back or dropped.
 */
export async function measureSettings(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('set statement_timeout = 0; set max_parallel_workers_per_gather = 0');
    await measureRanges(client);
    await measureWorkMemory(client);
    await measureVacuum(client);
  } finally {
    await client.end();
  }
}

type Read = (tx: Transaction) => Promise<unknown>;

/** The range scans that there are: the nightly comparison of four days, its slices of a week, the rankings. */
function rangeScans(): Readonly<Record<string, Read>> {
  const today = Math.floor(Date.now() / DAY) * DAY;
  const since = (days: number): [Date, Date] => [new Date(today - days * DAY), new Date(today)];
  const recount = (metric: string, days: number): Read => {
    const found = [...measured.recounts, ...messageRecounts].find((one) => one.metric === metric);
    if (found === undefined) throw new Error(`Nobody recounts ${metric}.`);
    return (tx) => found.read(tx, ...since(days));
  };
  const rank = (days: number): Read => {
    const [from, to] = since(days);
    return (tx) => measured.listTopWallets(tx, { from, to, limit: 100 });
  };
  return {
    'recount of coins, 4 days': recount('coins', 4),
    'recount of messages, 4 days': recount('messages', 4),
    'ranking, 1 day': rank(1),
    'ranking, 30 days': rank(30),
  };
}

const times = { ledger: 'rewards.ledger_entries', messages: 'notifications.messages' };

/** BRIN, a B-tree and no index on the moments of rows: reading, writing, size. */
async function measureRanges(client: pg.Client): Promise<void> {
  for (const index of ['brin', 'btree', 'none'] as const) {
    await client.query('begin');
    const began = performance.now();
    if (index !== 'brin') {
      await client.query('drop index rewards.ledger_entries_by_time, notifications.messages_by_time');
    }
    if (index === 'btree') {
      for (const table of Object.values(times))
        await client.query(`create index bench_by_time on ${table} (created_at)`);
    }
    const built = ((performance.now() - began) / 1_000).toFixed(1);
    const { rows } = await client.query<{ size: string }>(
      `select pg_size_pretty(sum(pg_relation_size(oid))) as size from pg_class where relname in ('bench_by_time', 'ledger_entries_by_time', 'messages_by_time')`,
    );
    console.log(`\n${index}: ${rows[0]?.size ?? 'nothing'}${index === 'btree' ? `, built in ${built} s` : ''}`);
    for (const [name, read] of Object.entries(rangeScans())) {
      // Without an index each of them reads the whole table: once is enough.
      report(name, await costOf(client, read, index === 'none' ? 1 : REPEATS));
    }
    await client.query('rollback');
  }
  await postingCost(client);
  console.log(`\n${POSTINGS * TOGETHER} bonuses posted: ${await postingCost(client)}`);
  // Committed, or nothing of it would be in the log.
  await client.query('create index bench_by_time on rewards.ledger_entries (created_at)');
  console.log(`with the B-tree beside BRIN: ${await postingCost(client)}`);
  await client.query('drop index rewards.bench_by_time');
  // What a partition by month would leave to read, without an index of its own.
  await client.query(`create table bench.month as select * from rewards.ledger_entries
    where created_at >= date_trunc('day', now()) - interval '30 days'`);
  await client.query('vacuum (analyze) bench.month');
  const four = statement(
    '',
    `select date_bin('15 minutes', created_at, '2000-01-01 00:00:00+00'), account_id, ref_type, count(*), sum(amount)
     from bench.month where created_at >= date_trunc('day', now()) - interval '4 days' and amount < 0 group by 1, 2, 3`,
  );
  report('\na month of the ledger, read whole for four of its days', await costOf(client, (tx) => tx.query(four)));
  await client.query('drop table bench.month');
}

async function postingCost(client: pg.Client): Promise<string> {
  const cpu = await cpuOf(client);
  const before = cpu();
  const log = await logOf(client, 'later', async () => {
    await client.query('begin');
    for (let n = 0; n < POSTINGS; n += 1) await client.query({ ...post, values: postValues(n) });
    await client.query('rollback');
  });
  return `${(cpu() - before).toFixed(0)} ms of CPU, ${log}`;
}

/** The heaviest statements with more and less memory for sorts and hashes. */
async function measureWorkMemory(client: pg.Client): Promise<void> {
  for (const memory of ['1MB', '4MB', '16MB', '64MB']) {
    console.log(`\nwork_mem ${memory}`);
    await client.query(`set work_mem = '${memory}'`);
    for (const [name, read] of Object.entries(rangeScans())) report(name, await costOf(client, read));
  }
  await client.query('reset work_mem');
}

/** A million rows that are appended, vacuumed as usual or frozen at once, and frozen in the end. */
async function measureVacuum(client: pg.Client): Promise<void> {
  for (const freeze of [false, true]) {
    await client.query(`create table bench.appended (like rewards.ledger_entries including all)
      with (autovacuum_enabled = off)`);
    console.log(`\n${freeze ? 'frozen by the first vacuum' : 'vacuumed as usual, frozen later'}`);
    const filled = await logOf(client, 'later', () =>
      client.query(
        'insert into bench.appended overriding system value select * from rewards.ledger_entries limit 1000000',
      ),
    );
    console.log(`  inserted: ${filled}`);
    if (freeze) await client.query('set vacuum_freeze_min_age = 0');
    console.log(`  first vacuum: ${await logOf(client, 'soon', () => client.query('vacuum bench.appended'))}`);
    await client.query('reset vacuum_freeze_min_age');
    console.log(
      `  vacuum (freeze): ${await logOf(client, 'later', () => client.query('vacuum (freeze) bench.appended'))}`,
    );
    await client.query('drop table bench.appended');
  }
}

/**
 * How much log some work writes.
 *
 * @param after how long it comes after the writes before: `later` is behind a checkpoint, with whole pages in the log
 */
async function logOf(client: pg.Client, after: 'later' | 'soon', work: () => Promise<unknown>): Promise<string> {
  const position = async (): Promise<string> =>
    (await client.query<{ lsn: string }>('select pg_current_wal_insert_lsn() as lsn')).rows[0]?.lsn ?? '';
  if (after === 'later') await client.query('checkpoint');
  const [from, began] = [await position(), performance.now()];
  await work();
  const took = (performance.now() - began) / 1_000;
  const { rows } = await client.query<{ size: string }>(
    'select pg_size_pretty(pg_wal_lsn_diff($1::pg_lsn, $2::pg_lsn)) as size',
    [await position(), from],
  );
  return `${rows[0]?.size ?? '?'} of log, ${took.toFixed(2)} s`;
}

/** Runs what a context runs, explained. @returns the medians of some runs */
async function costOf(client: pg.Client, read: Read, repeats = REPEATS): Promise<Cost> {
  const costs: Cost[] = [];
  const cpu = await cpuOf(client);
  const explaining = {
    query: async <Row>({ text }: Statement<Row>, values: readonly unknown[] = []): Promise<Row[]> => {
      const before = cpu();
      const { rows } = await client.query<{ 'QUERY PLAN': [{ readonly Plan: Plan }] }>(
        `explain (analyze, buffers, timing off, format json) ${text}`,
        [...values],
      );
      const milliseconds = cpu() - before;
      const [explained] = rows[0]?.['QUERY PLAN'] ?? [];
      if (explained === undefined) throw new Error('EXPLAIN always answers.');
      const { Plan } = explained;
      costs.push({
        milliseconds,
        pages: Plan['Shared Hit Blocks'] + Plan['Shared Read Blocks'],
        spilledMegabytes: Plan['Temp Written Blocks'] / 128,
      });
      return [];
    },
  };
  // Recounts take a transaction, of which they use no more than this.
  for (let n = 0; n < repeats; n += 1) await read(explaining as unknown as Transaction);
  const middle = (of: (cost: Cost) => number) => median(costs.map(of));
  return {
    milliseconds: middle(({ milliseconds }) => milliseconds),
    pages: middle(({ pages }) => pages),
    spilledMegabytes: middle(({ spilledMegabytes }) => spilledMegabytes),
  };
}

type Plan = Readonly<Record<'Shared Hit Blocks' | 'Shared Read Blocks' | 'Temp Written Blocks', number>>;

/** Milliseconds of CPU that the client's backend has used so far (Linux). */
async function cpuOf(client: pg.Client): Promise<() => number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const file = `/proc/${rows[0]?.pid ?? 'self'}/schedstat`;
  return () => Number(readFileSync(file, 'utf8').split(' ')[0]) / 1e6;
}

function report(name: string, { milliseconds, pages, spilledMegabytes }: Cost): void {
  const spilled = spilledMegabytes > 0 ? `, ${spilledMegabytes.toFixed(1)} MB spilled` : '';
  console.log(`  ${name}: ${milliseconds.toFixed(0)} ms of CPU, ${pages} pages${spilled}`);
}
