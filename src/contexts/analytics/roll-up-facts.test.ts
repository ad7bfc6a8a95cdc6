import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { statement } from '../../database/transaction.ts';
import type { Database, Transaction } from '../../database/transaction.ts';
import { until } from '../../testing/until.ts';
import { postBonus as post, sumOfLedger } from '../../testing/counted-rows.ts';
import { connectWriters, createAnalyticsFixture } from './analytics.fixture.ts';
import type { AnalyticsFixture } from './analytics.fixture.ts';
import { rollUpFacts, rollUpForAMinute } from './roll-up-facts.ts';

const WRITERS = 16;
let fixture: AnalyticsFixture;
let writers: Database;

beforeEach(async () => {
  fixture = await createAnalyticsFixture(['UTC', 'Asia/Tehran']);
  writers = connectWriters(fixture.test.url, WRITERS + 2);
});
afterEach(async () => {
  await writers.close();
  await fixture.close();
});

const delay = statement('test.delay', 'select pg_sleep($1)');

class Undone extends Error {}

/** Postings in transactions that take their time, a fifth of which are undone, with savepoints kept and undone. */
async function write(pool: string, wallet: string, transactions: number): Promise<void> {
  for (let n = 0; n < transactions; n += 1) {
    const undo = (work: (tx: Transaction) => Promise<void>) => async (tx: Transaction) => {
      await work(tx);
      if (Math.random() < 0.2) throw new Undone();
    };
    try {
      await writers.transaction(
        undo(async (tx) => {
          await tx.query(post, [pool, wallet, 1]);
          for (const kept of [true, false]) {
            await tx
              .savepoint(async () => {
                await tx.query(post, [pool, wallet, 10]);
                if (!kept) throw new Undone();
              })
              .catch(ignoreUndone);
          }
          await tx.query(delay, [Math.random() * 0.03]);
        }),
      );
    } catch (error) {
      ignoreUndone(error);
    }
  }
}

function ignoreUndone(error: unknown): void {
  if (!(error instanceof Undone)) throw error;
}

/** Each writer has a pool of its own: a shared account would make them take turns. */
async function runWriters(transactions: number): Promise<void> {
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      const { pool, wallets } = await fixture.openAccounts(1);
      await write(pool, wallets[0] ?? '', transactions);
    }),
  );
}

/** The sums of each table of figures, which must be one and the same. */
async function sums(): Promise<Record<string, number | null>> {
  const [ledger] = await fixture.test.owner.query(sumOfLedger);
  const [row] = await fixture.sql<Record<string, number | null>>(`select
    (select sum(amount) from analytics.rollups where metric = 'coins' and subject = '00000000-0000-0000-0000-000000000000') as rollups,
    (select sum(amount) from analytics.rollups where metric = 'coins' and subject <> '00000000-0000-0000-0000-000000000000') as subjects,
    (select sum(amount) from analytics.hours where zone = 'UTC' and metric = 'coins') as hours,
    (select sum(amount) from analytics.hours where zone = 'Asia/Tehran' and metric = 'coins') as tehran_hours,
    (select sum(amount) from analytics.days where zone = 'UTC' and subject = '00000000-0000-0000-0000-000000000000') as days,
    (select sum(amount) from analytics.days where zone = 'Asia/Tehran' and subject = '00000000-0000-0000-0000-000000000000') as tehran,
    (select sum(amount) from analytics.totals where subject = '00000000-0000-0000-0000-000000000000') as totals`);
  return { ledger: ledger?.coins ?? null, ...row };
}

async function expectAllEqual(): Promise<void> {
  const found = Object.values(await sums());
  expect(found[0]).toBeGreaterThan(0);
  expect(new Set(found).size).toBe(1);
  expect(await fixture.differences()).toEqual([]);
}

test('sixteen writers that commit late, undo, and keep savepoints: two rollers lose and double nothing', async () => {
  const state = { writing: true };
  const rollers = [0, 1].map(async () => {
    while (state.writing) {
      await rollUpFacts(fixture.dependencies, { slice: 7 });
      // At every moment, in the middle of it all: rollups and the facts above the watermark are what the tables say.
      expect(await fixture.differences()).toEqual([]);
    }
  });
  await runWriters(12);
  state.writing = false;
  await Promise.all(rollers);
  await fixture.rollUp();
  await expectAllEqual();
}, 60_000);

test('a fact that commits after a later one was rolled up is not lost, and holds back what is called complete', async () => {
  const { pool, wallets } = await fixture.openAccounts(2);
  const [late = '', early = ''] = wallets;
  let before = new Date();
  await writers.transaction(async (tx) => {
    await tx.query(post, [pool, late, 1]);
    const [row] = await fixture.sql<{ now: Date }>('select clock_timestamp() as now');
    before = row?.now ?? before;
    // Another pool: the first one is locked by the open transaction.
    const other = await fixture.openAccounts(0);
    await writers.query(post, [other.pool, early, 2]);
    await rollUpFacts(fixture.dependencies);
    expect(await sums()).toMatchObject({ rollups: null });
  });
  const asOf = async (): Promise<Date> => {
    await fixture.rollUp();
    const [row] = await fixture.sql<{ asOf: Date }>(
      `select as_of as "asOf" from analytics.rollup_state where as_of > '-infinity'`,
    );
    return row?.asOf ?? new Date(0);
  };
  // Later than the commit now, though never later than the present.
  await until(async () => (await asOf()) >= before);
  expect((await asOf()).getTime()).toBeLessThanOrEqual(Date.now());
  await expectAllEqual();
});

test('what is called complete never moves past the oldest transaction that may still write', async () => {
  const { pool, wallets } = await fixture.openAccounts(1);
  await fixture.rollUp();
  await writers.transaction(async (tx) => {
    await tx.query(post, [pool, wallets[0], 1]);
    const [began] = await fixture.sql<{ at: Date }>('select clock_timestamp() as at');
    for (let n = 0; n < 5; n += 1) await fixture.rollUp();
    const [state] = await fixture.sql<{ behind: boolean }>(`select as_of < $1 as behind from analytics.rollup_state`, [
      began?.at,
    ]);
    expect(state?.behind).toBe(true);
  });
});

test('a roller that is killed again and again has counted everything once', async () => {
  const script = path.join(import.meta.dirname, 'rolling-process.fixture.ts');
  const state = { writing: true };
  const killing = (async () => {
    let kills = 0;
    do {
      const roller = spawn(process.execPath, ['--no-warnings', script, fixture.test.url], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const gone = once(roller, 'exit');
      const lines = createInterface({ input: roller.stdout })[Symbol.asyncIterator]();
      for (let enough = 1 + Math.floor(Math.random() * 8); enough > 0; enough -= 1) await lines.next();
      roller.kill('SIGKILL');
      await gone;
      kills += 1;
    } while (state.writing || kills < 5);
  })();
  await runWriters(20);
  state.writing = false;
  await killing;
  await fixture.rollUp();
  await expectAllEqual();
}, 120_000);

test('a shift ends when the process stops', async () => {
  const stop = new AbortController();
  const shift = rollUpForAMinute(fixture.dependencies, { signal: stop.signal, length: 3_600_000, interval: 3_600_000 });
  await until(async () => (await fixture.sql('select from analytics.horizons')).length > 0);
  stop.abort();
  await shift;
});
