/** Every provider of exchange rates, against a simulator of its wire protocol. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createExchangeratesapi } from '../../adapters/exchange-rates/exchangeratesapi.ts';
import { createFrankfurterRates } from '../../adapters/exchange-rates/frankfurter.ts';
import { createOpenExchangeRates } from '../../adapters/exchange-rates/open-exchange-rates.ts';
import { createSandboxRates } from '../../adapters/exchange-rates/sandbox.ts';
import { usualRateGuards, withRateGuards } from '../../adapters/rate-guards.ts';
import { freePort } from '../../src/database/embedded-server.ts';
import type { RateProvider } from '../../src/ports/exchange-rates.ts';
import { rateText } from '../../src/shared/rate.ts';
import { testRateProvider } from './exchange-rates.suite.ts';
import type { RatesHarness } from './exchange-rates.suite.ts';
import { startDirectorySimulator } from './simulators/directory-simulator.ts';
import type { DirectoryReply, DirectorySimulator, DirectoryWire } from './simulators/directory-simulator.ts';
import { exactRates, numbers } from './simulators/exact-rates.ts';
import { createTestWatch } from './test-watch.ts';
import type { TestWatch } from './test-watch.ts';

const key = 'a-key-of-this-vendor';
/** A Friday; the Saturday after it was asked for. */
const latest = '2026-11-20';
const days = { latest, past: '2026-11-18', never: '1998-12-31' };
const { signal } = new AbortController();

/** The day whose rates a central bank gives for a day; undefined before its history. */
function published(day: string): string | undefined {
  if (day < '1999-01-04') return undefined;
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  const back = weekday === 0 ? 2 : weekday === 6 ? 1 : 0;
  return new Date(Date.parse(day) - back * 86_400_000).toISOString().slice(0, 10);
}

/** Another table for each day, with all its digits. */
function ratesOf(day: string, without: string): string {
  const { [without]: _base, ...rest } = exactRates;
  return numbers({ ...rest, GBP: `0.${day.replaceAll('-', '')}` });
}

const frankfurter: DirectoryWire = {
  answer({ pathname, search }) {
    const [, version, name = ''] = pathname.split('/');
    if (version !== 'v1' || search !== '') throw new Error(`no such path: ${pathname}${search}`);
    const day = published(name === 'latest' ? latest : name);
    if (day === undefined) return { status: 404, body: { message: 'not found' } };
    return { status: 200, body: `{"amount":1.0,"base":"EUR","date":"${day}","rates":${ratesOf(day, 'EUR')}}` };
  },
  refusal: { status: 503, body: 'down' },
};

const refusedByOpen = (status: number, message: string): DirectoryReply => ({
  status,
  body: { error: true, status, message, description: `No. ${key}` },
});
const open: DirectoryWire = {
  answer({ pathname, searchParams }) {
    if (searchParams.get('app_id') !== key) return refusedByOpen(401, 'invalid_app_id');
    const found = /^\/api\/(?:latest|historical\/(\d{4}-\d{2}-\d{2}))\.json$/.exec(pathname);
    if (found === null) throw new Error(`no such path: ${pathname}`);
    const [, day] = found;
    const of = published(day ?? latest);
    if (of === undefined) return refusedByOpen(400, 'not_available');
    const timestamp = Date.parse(`${of}T23:59:58Z`) / 1_000;
    return {
      status: 200,
      body: `{"disclaimer":"…","license":"…","timestamp":${timestamp},"base":"USD","rates":${ratesOf(of, '')}}`,
    };
  },
  refusal: refusedByOpen(401, 'invalid_app_id'),
};

const refusedByApi = (status: number, code: number | string, type?: string): DirectoryReply => ({
  status,
  body: { success: false, error: { code, ...(type === undefined ? {} : { type }), info: `No. ${key}` } },
});
const ratesApi: DirectoryWire = {
  answer({ pathname, searchParams }) {
    if (searchParams.get('access_key') !== key) return refusedByApi(401, 101, 'invalid_access_key');
    const [, name = ''] = pathname.split('/');
    const day = published(name === 'latest' ? latest : name);
    if (day === undefined) return refusedByApi(200, 106, 'no_rates_available');
    const head = `"success":true,"timestamp":1795000000,"base":"EUR","date":"${day}"`;
    return { status: 200, body: `{${head},"rates":${ratesOf(day, 'EUR')}}` };
  },
  refusal: refusedByApi(401, 101, 'invalid_access_key'),
};

let watch: TestWatch;
let simulator: DirectorySimulator;

/** What is true of every provider that is reached over HTTP. */
function testWire(wire: DirectoryWire, create: (url: string) => RateProvider): void {
  let provider: RateProvider;
  beforeEach(async () => {
    watch = createTestWatch();
    simulator = await startDirectorySimulator(wire);
    provider = create(simulator.url);
  });
  afterEach(() => simulator.close());
  const harness = (guarded: boolean): RatesHarness => ({
    provider: guarded ? withRateGuards(provider, { ...usualRateGuards, dependency: 'test', breaker }) : provider,
    days,
    weekend: { asked: '2026-11-15', published: '2026-11-13' },
    behave: (trouble) => void (simulator.trouble = trouble),
    secrets: [key, simulator.url],
  });
  // Failures on purpose must not open it.
  const breaker = { ...usualRateGuards.breaker, minimumCalls: 100 };
  describe('as a port', () => testRateProvider(() => harness(false)));
  describe('behind its guards', () => testRateProvider(() => harness(true)));

  test('nobody listening is unavailable', async () => {
    const outcome = await create(`http://127.0.0.1:${await freePort()}`).ask(undefined, { signal });
    expect(outcome).toMatchObject({ outcome: 'unavailable', code: 'ECONNREFUSED' });
  });

  test('every digit of a number arrives, exponents too, and what is no currency does not', async () => {
    const outcome = await provider.ask(undefined, { signal });
    if (outcome.outcome !== 'answered') throw new Error(outcome.outcome);
    const { rates } = outcome.table;
    expect(rateText(rates.get('JPY') ?? 0n)).toBe('147.60482916');
    expect(rateText(rates.get('KWD') ?? 0n)).toBe('0.306338');
    expect([rates.get('XAU'), rates.get('BTC')]).toEqual([undefined, undefined]);
  });

  test.each<[string, string]>([
    ['a rate of nothing', '{"USD":0}'],
    ['a rate below nothing', '{"USD":-1}'],
    ['nothing at all', '{}'],
  ])('%s is no rate', async (_what, rates) => {
    const body = `{"success":true,"amount":1,"base":"EUR","date":"${latest}","timestamp":1795000000,"rates":${rates}}`;
    simulator.saying = { status: 200, body };
    expect(await provider.ask(undefined, { signal })).toMatchObject({ outcome: 'unavailable', code: 'unreadable' });
  });

  test('a code that nobody mapped is an alarm, and no default', async () => {
    simulator.saying = { status: 418, body: { error: { type: 'teapot' } } };
    expect(await provider.ask(undefined, { signal })).toMatchObject({ outcome: 'unavailable' });
    expect(watch.unmappings).toHaveLength(1);
  });

  test('too many requests are a pause', async () => {
    simulator.saying = { status: 429, body: 'slow down', headers: { 'retry-after': '300' } };
    expect(await provider.ask(undefined, { signal })).toEqual({ outcome: 'throttled', retryAfterSeconds: 300 });
  });
}

describe('Frankfurter', () => {
  testWire(frankfurter, (url) => createFrankfurterRates({ watch, url }));
});

describe('Open Exchange Rates', () => {
  testWire(open, (url) => createOpenExchangeRates({ appId: key, watch, url }));

  test.each([
    [401, 'missing_app_id'],
    [401, 'invalid_app_id'],
    [403, 'access_restricted'],
    [400, 'invalid_base'],
    // 429 without any hurry: the plan lacks it.
    [429, 'not_allowed'],
  ])('%i %s needs a person', async (status, message) => {
    simulator.saying = refusedByOpen(status, message);
    const provider = createOpenExchangeRates({ appId: key, watch, url: simulator.url });
    expect(await provider.ask(undefined, { signal })).toMatchObject({
      outcome: 'unavailable',
      code: `open-exchange-rates-${message}`,
    });
    expect(watch.misconfigurations).toHaveLength(1);
  });
});

describe('exchangeratesapi', () => {
  testWire(ratesApi, (url) => createExchangeratesapi({ accessKey: key, watch, url }));

  test.each<[DirectoryReply, string]>([
    [refusedByApi(200, 104, 'usage_limit_reached'), 'unavailable'],
    [refusedByApi(200, 105), 'unavailable'],
    [refusedByApi(403, 'base_currency_access_restricted'), 'unavailable'],
    [refusedByApi(200, 302), 'no-rates'],
    [{ status: 429, body: { error: { code: 'rate_limit_reached', message: 'No.' } } }, 'throttled'],
  ])('%o is %s, in either form of its errors', async (saying, outcome) => {
    simulator.saying = saying;
    const provider = createExchangeratesapi({ accessKey: key, watch, url: simulator.url });
    expect(await provider.ask(undefined, { signal })).toMatchObject({ outcome });
    expect(watch.unmappings).toEqual([]);
    expect(watch.misconfigurations).toHaveLength(outcome === 'unavailable' ? 1 : 0);
  });
});

describe('The sandbox', () => {
  const clock = { now: () => new Date('2026-11-21T12:00:00Z') };
  const provider = createSandboxRates(clock);
  testRateProvider(() => ({
    provider,
    days,
    weekend: { asked: '2026-11-15', published: '2026-11-13' },
    secrets: [],
  }));

  test('has none of tomorrow, and is wrong on the first of April', async () => {
    expect(await provider.ask('2026-11-22', { signal })).toMatchObject({ outcome: 'no-rates' });
    const [before, wrong] = [
      await provider.ask('2026-03-31', { signal }),
      await provider.ask('2026-04-01', { signal }),
    ];
    if (before.outcome !== 'answered' || wrong.outcome !== 'answered') throw new Error('no rates');
    const factor = Number(wrong.table.rates.get('USD')) / Number(before.table.rates.get('USD'));
    expect(Math.round(factor)).toBe(100);
  });
});

describe('The guards', () => {
  test('ask nobody for a while after three failures, and say so', async () => {
    let calls = 0;
    const broken: RateProvider = {
      name: 'broken',
      ask: () => Promise.resolve({ outcome: 'unavailable', code: `call-${(calls += 1)}`, detail: '' }),
    };
    const guarded = withRateGuards(broken, { ...usualRateGuards, dependency: 'test' });
    for (let call = 0; call < 5; call += 1) await guarded.ask(undefined, { signal });
    expect(await guarded.ask(undefined, { signal })).toMatchObject({ code: 'circuit-open' });
    expect(calls).toBe(3);
    expect(guarded.circuit?.()).toEqual({ state: 'open', reason: '3 of 3 calls failed' });
  });

  test('give up on silence, and on whoever has lost patience', async () => {
    const silent: RateProvider = {
      name: 'silent',
      ask: (_day, options) =>
        new Promise((resolve) => {
          const end = (): void => resolve({ outcome: 'unavailable', code: 'gave-up', detail: '' });
          options.signal.addEventListener('abort', end, { once: true });
        }),
    };
    const guarded = withRateGuards(silent, { ...usualRateGuards, timeoutMilliseconds: 50, dependency: 'test' });
    expect(await guarded.ask(undefined, { signal })).toMatchObject({ outcome: 'unavailable' });
    const patient = withRateGuards(silent, { ...usualRateGuards, dependency: 'test' });
    expect(await patient.ask(undefined, { signal: AbortSignal.timeout(50) })).toMatchObject({ code: 'gave-up' });
  });
});
