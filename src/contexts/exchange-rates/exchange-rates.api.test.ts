import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPortico } from '../../testing/portico.ts';
import type { TestPortico } from '../../testing/portico.ts';

// A Saturday: the sandbox has the rates of the Friday before.
let now = new Date('2026-11-21T12:00:00Z');
let portico: TestPortico;
let user: string;
let staff: string;

beforeAll(async () => {
  portico = await startPortico({ clock: { now: () => now } });
  const expiresAt = new Date('2027-01-01T00:00:00Z');
  [user, staff] = [portico.tokenFor({ role: 'user', expiresAt }), portico.tokenFor({ role: 'staff', expiresAt })];
  await fetchRates({});
});
afterAll(() => portico.close());

interface Rate {
  readonly quote: string;
  readonly rate: string;
  readonly asOf: string;
  readonly stale: boolean;
}

async function get<Body>(path: string, token = user): Promise<Body> {
  return (await (await portico.request('GET', path, { token })).json()) as Body;
}

async function fetchRates(body: object): Promise<string> {
  // Lists are in the order of time.
  now = new Date(now.getTime() + 1_000);
  const answer = await portico.request('POST', '/api/v1/exchange-rate-fetches', { token: staff, body });
  expect(answer.status).toBe(202);
  await portico.runJobs();
  return ((await answer.json()) as { id: string }).id;
}

const latest = '2026-11-20';

describe('Rates', () => {
  it('are those of the last working day, against any currency', async () => {
    const { rates, date } = await get<{ rates: Rate[]; date: string }>('/api/v1/exchange-rates?base=USD');
    expect(date).toBe('2026-11-21');
    expect(rates.length).toBe(47);
    expect(rates.every(({ asOf, stale }) => asOf === latest && !stale)).toBe(true);
    expect(rates.find(({ quote }) => quote === 'EUR')).toMatchObject({
      base: 'USD',
      provider: 'sandbox',
      publishedBase: 'EUR',
    });
    expect(rates.some(({ quote }) => quote === 'USD')).toBe(false);
  });

  it('have a history, the newest first', async () => {
    const requestId = await fetchRates({ date: '2026-11-18' });
    const { items } = await get<{ items: Rate[] }>('/api/v1/exchange-rates/USD/JPY');
    expect(items.map(({ asOf }) => asOf)).toEqual([latest, '2026-11-18']);
    const since = await get<{ items: Rate[] }>('/api/v1/exchange-rates/USD/JPY?since=2026-11-19&until=2026-11-21');
    expect(since.items).toEqual(items.slice(0, 1));
    expect((await portico.request('GET', '/api/v1/exchange-rates/USD/XXX', { token: user })).status).toBe(404);
    const fetches = await get<{ items: object[] }>('/api/v1/exchange-rate-fetches?limit=1', staff);
    expect(fetches.items).toMatchObject([
      { requestId, date: '2026-11-18', asOf: '2026-11-18', outcome: 'stored', stored: 48, quarantined: 0 },
    ]);
  });

  it('convert an amount, rounded once', async () => {
    const path = '/api/v1/currency-conversion?amount=1099&from=USD&to=KWD';
    const { to, rate } = await get<{ to: { amount: number }; rate: Rate }>(path);
    const exact = BigInt(Math.round(Number(rate.rate) * 1e12)) * 1099n * 1000n;
    expect(to).toEqual({ amount: Math.round(Number(exact) / 1e14), currency: 'KWD' });
    expect(await get(`${path}&date=2026-11-19`)).toMatchObject({ rate: { asOf: '2026-11-18', stale: false } });
  });

  it.each([
    ['amount=1&from=USD&to=XXX', 'currency-unknown'],
    ['amount=1&from=DEM&to=USD', 'currency-unknown'],
    ['amount=1&from=USD&to=EUR&date=2026-11-22', 'rate-unavailable'],
    ['amount=1&from=USD&to=EUR&date=2020-01-01', 'rate-unavailable'],
    ['amount=1&from=USD&to=CUP', 'rate-unavailable'],
    ['amount=9007199254740991&from=EUR&to=JPY', 'money-overflow'],
  ])('refuse %s: %s', async (query, code) => {
    expect(await get(`/api/v1/currency-conversion?${query}`)).toMatchObject({ status: 409, code });
  });

  it.each(['1.5', '1e3', '9007199254740992', ''])('take no amount of %j', async (amount) => {
    const path = `/api/v1/currency-conversion?amount=${amount}&from=USD&to=JPY`;
    expect(await get(path)).toMatchObject({ status: 400, code: 'validation-failed' });
  });

  it('are looked after: providers, quarantine, metrics', async () => {
    await fetchRates({ date: '2026-04-01' });
    const { items } = await get<{ items: { id: string; rate: string }[] }>(
      '/api/v1/quarantined-rates?limit=100',
      staff,
    );
    expect(items.length).toBe(47);
    const path = `/api/v1/quarantined-rates/${items[0]?.id ?? ''}/release`;
    const released = await (await portico.request('POST', path, { token: staff })).json();
    expect(released).toMatchObject({ ...items[0], releasedAt: now.toISOString() });
    expect(await (await portico.request('POST', path, { token: staff })).json()).toMatchObject({
      code: 'rate-already-released',
    });
    expect(await get('/api/v1/exchange-rate-providers', staff)).toMatchObject({
      providers: [{ name: 'sandbox', circuit: { state: 'closed' }, lastFetch: { outcome: 'stored', quarantined: 47 } }],
    });
    const metrics = await (await portico.request('GET', '/metrics')).text();
    expect(metrics).toContain('portico_exchange_rate_fetches_total{provider="sandbox",outcome="stored"} 3');
  });

  it('stay in use when nobody publishes any more, flagged stale', async () => {
    now = new Date('2026-12-24T12:00:00Z');
    const path = '/api/v1/currency-conversion?amount=100&from=EUR&to=USD';
    expect(await get(path)).toMatchObject({ rate: { asOf: latest, stale: true } });
  });
});
