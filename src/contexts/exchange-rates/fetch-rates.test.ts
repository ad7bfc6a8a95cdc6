import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { statement } from '../../database/transaction.ts';
import { enqueue } from '../../jobs/enqueue.ts';
import type { RateProvider, RatesOutcome } from '../../ports/exchange-rates.ts';
import { createCursors } from '../../shared/cursor.ts';
import { newId } from '../../shared/id.ts';
import { PAR, rateText, readRate } from '../../shared/rate.ts';
import type { Rate } from '../../shared/rate.ts';
import { createTestDatabase } from '../../testing/database.ts';
import type { TestDatabase } from '../../testing/database.ts';
import { killAfterEachStep } from '../../testing/dying-database.ts';
import { silentObserver } from './dependencies.ts';
import type { ExchangeRatesDependencies } from './dependencies.ts';
import { fetchDueRates } from './fetch-due-rates.ts';
import { fetchRates } from './fetch-rates.ts';
import { findExchangeRate } from './find-exchange-rate.ts';
import { listFetches } from './fetch-store.ts';
import { listQuarantined } from './quarantine-store.ts';
import { releaseQuarantinedRate } from './release-quarantined-rate.ts';

let test: TestDatabase;
let now: Date;
/** What the first and the second provider say. */
let said: RatesOutcome[];
let calls: number[];
const { signal } = new AbortController();

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());
beforeEach(async () => {
  now = new Date('2026-11-20T17:00:00Z');
  calls = [0, 0];
  await sql('truncate exchange_rates.rates, exchange_rates.quarantined_rates, exchange_rates.fetches');
});

const sql = <Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
  test.owner.query(statement<Row>('', text), values);
const rate = (text: string): Rate => readRate(text) ?? 0n;
const table = (asOf: string, rates: Readonly<Record<string, string>>, base = 'EUR'): RatesOutcome => ({
  outcome: 'answered',
  table: {
    base,
    asOf,
    rates: new Map([...Object.entries(rates).map(([code, text]): [string, Rate] => [code, rate(text)]), [base, PAR]]),
  },
});
const down: RatesOutcome = { outcome: 'unavailable', code: 'http-503', detail: 'down' };
const provider = (name: string, index: number): RateProvider => ({
  name,
  ask: () => {
    calls[index] = (calls[index] ?? 0) + 1;
    return Promise.resolve(said[index] ?? down);
  },
});
const dependencies = (): ExchangeRatesDependencies => ({
  ...{ primary: test.database, worker: test.database, clock: { now: () => now } },
  ...{ enqueue, cursors: createCursors(Buffer.alloc(32)), observer: silentObserver },
  providers: [provider('first', 0), provider('second', 1)],
});
const fetchNow = (...outcomes: RatesOutcome[]) => {
  said = outcomes;
  now = new Date(now.getTime() + 1_000);
  return fetchRates(dependencies(), { requestId: null, day: null }, { signal });
};
const find = async (from: string, to: string, day?: string) => {
  const found = await findExchangeRate(test.database, dependencies(), { from, to, day });
  return { ...found, rate: rateText(found.rate) };
};
const quarantined = () => listQuarantined(test.database, { released: false, after: undefined, limit: 100 });
const rows = async (): Promise<number> =>
  (await sql<{ n: number }>('select count(*) as n from exchange_rates.rates'))[0]?.n ?? -1;

describe('fetchRates', () => {
  it('stores a table once, and a correction beside it', async () => {
    expect(await fetchNow(table('2026-11-20', { USD: '1.08', JPY: '160' }))).toMatchObject([
      { provider: 'first', outcome: 'stored', asOf: '2026-11-20', stored: 3 },
    ]);
    expect(await fetchNow(table('2026-11-20', { USD: '1.08', JPY: '160' }))).toMatchObject([
      { outcome: 'unchanged', stored: 0 },
    ]);
    expect(await fetchNow(table('2026-11-20', { USD: '1.09', JPY: '160' }))).toMatchObject([{ stored: 1 }]);
    expect(await rows()).toBe(4);
    expect(await find('EUR', 'USD')).toMatchObject({ rate: '1.09', provider: 'first', stale: false });
  });

  it('asks the next provider when one does not answer, has none, or carries on with old rates', async () => {
    const good = table('2026-11-20', { EUR: '0.92' }, 'USD');
    const none: RatesOutcome = { outcome: 'no-rates', detail: 'nothing' };
    const pause: RatesOutcome = { outcome: 'throttled', retryAfterSeconds: 60 };
    for (const first of [down, none, pause, table('2026-11-14', { USD: '1.08' })]) {
      const records = await fetchNow(first, good);
      expect(records.map(({ provider: name }) => name)).toEqual(['first', 'second']);
    }
    expect(await find('USD', 'EUR')).toMatchObject({ provider: 'second', rate: '0.92', base: 'USD' });
    await fetchNow(table('2026-11-20', { USD: '1.08' }), good);
    // Of the same day the first one counts.
    expect(await find('USD', 'EUR')).toMatchObject({ provider: 'first', base: 'EUR', rate: '0.925925925926' });
  });

  it('believes no rates of a day that has not come', async () => {
    expect(await fetchNow(table('2026-11-22', { USD: '1' }))).toMatchObject([{ outcome: 'failed' }, {}]);
    expect(await fetchNow(table('2026-11-21', { USD: '1' }))).toMatchObject([{ outcome: 'stored' }]);
  });

  it('never mixes two tables into one rate', async () => {
    await fetchNow(table('2026-11-19', { USD: '1.1', JPY: '160' }));
    await fetchNow(table('2026-11-20', { USD: '1.2' }));
    expect(await find('USD', 'JPY')).toMatchObject({ asOf: '2026-11-19', rate: '145.454545454545' });
    expect(await find('EUR', 'USD')).toMatchObject({ asOf: '2026-11-20' });
  });

  it('stores a table once when several processes fetch it', async () => {
    said = [table('2026-11-20', { USD: '1.08', JPY: '160' })];
    const all = Array.from({ length: 6 }, (_, n) =>
      fetchRates(
        { ...dependencies(), clock: { now: () => new Date(now.getTime() + n) } },
        { requestId: newId(), day: null },
        { signal },
      ),
    );
    const outcomes = (await Promise.all(all)).map(([record]) => record?.outcome).sort();
    expect(outcomes).toEqual(['stored', ...Array.from({ length: 5 }, () => 'unchanged')]);
    expect(await rows()).toBe(3);
  });

  it('leaves rates and their record, or neither, wherever it dies', async () => {
    said = [table('2026-11-20', { USD: '1.08' })];
    const kills = await killAfterEachStep(
      test.database,
      (mortal) => fetchRates({ ...dependencies(), worker: mortal }, { requestId: null, day: null }, { signal }),
      async () => {
        const records = await listFetches(test.database, { outcome: 'stored', after: undefined, limit: 100 });
        expect([0, 2]).toContain(await rows());
        expect(records.length).toBe((await rows()) / 2);
        await fetchNow(table('2026-11-20', { USD: '1.08' }));
        expect(await rows()).toBe(2);
        await sql('truncate exchange_rates.rates, exchange_rates.fetches');
        said = [table('2026-11-20', { USD: '1.08' })];
      },
    );
    expect(kills).toBeGreaterThan(3);
  });
});

describe('A rate that jumped', () => {
  beforeEach(async () => {
    await fetchNow(table('2026-11-19', { USD: '1.08', TRY: '48' }));
    await fetchNow(table('2026-11-20', { USD: '1.09', TRY: '4800' }));
  });

  it('waits for a person while the one before it stays in use, and the others go on', async () => {
    expect(await find('EUR', 'TRY')).toMatchObject({ rate: '48', asOf: '2026-11-19' });
    expect(await find('EUR', 'USD')).toMatchObject({ rate: '1.09', asOf: '2026-11-20' });
    const [waiting, ...more] = await quarantined();
    expect([waiting, more]).toMatchObject([{ quote: 'TRY', asOf: '2026-11-20', referenceDate: '2026-11-19' }, []]);
    await fetchNow(table('2026-11-20', { USD: '1.09', TRY: '4800' }));
    expect(await quarantined()).toHaveLength(1);
  });

  it('is used once it is released, by one of those who try', async () => {
    const [waiting] = await quarantined();
    const release = () =>
      test.database.transaction((tx) =>
        releaseQuarantinedRate({ tx, clock: { now: () => now } }, { id: waiting?.id ?? '', by: newId() }),
      );
    const results = await Promise.allSettled(Array.from({ length: 5 }, release));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'rate-already-released' },
    });
    expect(await find('EUR', 'TRY')).toMatchObject({ rate: '4800', asOf: '2026-11-20' });
    now = new Date('2026-11-21T17:00:00Z');
    expect(await fetchNow(table('2026-11-21', { USD: '1.09', TRY: '4900' }))).toMatchObject([{ quarantined: 0 }]);
  });

  it('is seen against the next day too, when history is filled in backwards', async () => {
    expect(await fetchNow(table('2026-11-18', { USD: '108', TRY: '47' }))).toMatchObject([
      { stored: 2, quarantined: 1 },
    ]);
  });
});

describe('The history', () => {
  it('cannot be changed or deleted by the application', async () => {
    await fetchNow(table('2026-11-20', { USD: '1.08' }));
    for (const text of ['update exchange_rates.rates set rate = 2', 'delete from exchange_rates.rates']) {
      await expect(test.database.query(statement('', text))).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('keeps the last rate in use for ever, and says that it is stale', async () => {
    await fetchNow(table('2026-11-20', { USD: '1.08' }));
    expect(await find('EUR', 'USD', '2026-11-20')).toMatchObject({ stale: false });
    now = new Date('2026-12-20T00:00:00Z');
    expect(await find('EUR', 'USD')).toMatchObject({ asOf: '2026-11-20', stale: true });
    expect(await find('EUR', 'USD', '2026-11-25')).toMatchObject({ stale: false });
    await expect(find('EUR', 'USD', '2026-11-19')).rejects.toMatchObject({ code: 'rate-unavailable' });
    await expect(find('EUR', 'USD', '2026-12-21')).rejects.toMatchObject({ code: 'rate-unavailable' });
    await expect(find('EUR', 'GBP')).rejects.toMatchObject({ code: 'rate-unavailable' });
  });

  it('has no sandbox where the sandbox is not configured', async () => {
    said = [table('2026-11-20', { USD: '1.08' })];
    const sandboxed = { ...dependencies(), providers: [provider('sandbox', 0)] };
    await fetchRates(sandboxed, { requestId: null, day: null }, { signal });
    await expect(find('EUR', 'USD')).rejects.toMatchObject({ code: 'rate-unavailable' });
    expect(await findExchangeRate(test.database, sandboxed, { from: 'EUR', to: 'USD', day: undefined })).toMatchObject({
      provider: 'sandbox',
    });
  });
});

describe('fetchDueRates', () => {
  it('asks until the rates of the day are there, not too often, and sooner after a failure', async () => {
    const tick = async (minutes: number, ...outcomes: RatesOutcome[]): Promise<number> => {
      now = new Date(now.getTime() + minutes * 60_000);
      said = outcomes;
      await fetchDueRates(dependencies(), { signal });
      return calls[0] ?? 0;
    };
    const yesterday = table('2026-11-19', { USD: '1.08' });
    expect(await tick(0, down, down)).toBe(1);
    expect(await tick(10, yesterday)).toBe(1);
    expect(await tick(20, yesterday)).toBe(2);
    expect(await tick(200, yesterday)).toBe(2);
    expect(await tick(50, table('2026-11-20', { USD: '1.09' }))).toBe(3);
    expect(await tick(60, yesterday)).toBe(3);
  });
});
