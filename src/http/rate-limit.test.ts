import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Handlers } from '../contract/handlers.ts';
import { platformProblems } from '../shared/platform-problems.ts';
import { Problem } from '../shared/problem.ts';
import { createTestDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { startTestHttp } from '../testing/http-server.ts';
import type { TestHttp } from '../testing/http-server.ts';
import { startCounterRedis } from '../testing/redis.ts';
import type { HttpOptions } from './create-http.ts';
import { memoryCounters, postgresCounters, redisCounters } from './rate-limit-stores.ts';

let database: TestDatabase;
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  for (const opened of open.splice(0)) await opened.close();
});

afterAll(() => database.close());

const handlers: Partial<Handlers> = {
  listBonusCampaigns: async () => ({ status: 200, body: { items: [], nextCursor: null } }),
  createSession: async () => {
    throw new Problem(platformProblems.unauthenticated, { headers: { 'www-authenticate': 'Bearer' } });
  },
};

/** A hundredth of the usual quotas: 6 reads, 1 log-in, 30 requests of one address a minute. */
async function start(overrides: Partial<HttpOptions> = {}): Promise<TestHttp> {
  const server = await startTestHttp(database.database, handlers, {
    rateLimitFactor: 0.01,
    counters: memoryCounters(),
    ...overrides,
  });
  open.push(server);
  return server;
}

interface Seen {
  readonly status: number;
  readonly limit: string | null;
  readonly policy: string | null;
  readonly retryAfter: number;
  readonly body: unknown;
}

async function see(answer: Response): Promise<Seen> {
  return {
    status: answer.status,
    limit: answer.headers.get('ratelimit'),
    policy: answer.headers.get('ratelimit-policy'),
    retryAfter: Number(answer.headers.get('retry-after') ?? 0),
    body: await answer.json(),
  };
}

const list = async (server: TestHttp, userId: string): Promise<Seen> =>
  see(await server.request('GET', '/api/v1/bonus-campaigns', { token: server.token(['campaigns:read'], { userId }) }));

const logIn = async (server: TestHttp, body: unknown): Promise<Seen> =>
  see(await server.request('POST', '/api/v1/auth/login', { body }));

const anna = '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e01';
const ben = '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e02';
const credentials = { email: 'sara@example.com', password: 'quiet rivers carry old songs' };

async function repeat<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let n = 0; n < times; n += 1) results.push(await work());
  return results;
}

describe('a class of operations', () => {
  test('announces what is left on every answer, and refuses when nothing is', async () => {
    const server = await start();
    const seen = await repeat(7, () => list(server, anna));
    expect(seen.map(({ limit }) => limit?.split(';')[1])).toEqual(['r=5', 'r=4', 'r=3', 'r=2', 'r=1', 'r=0', 'r=0']);
    expect(seen.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 429]);
    expect(seen.every(({ policy }) => policy === '"read";q=6;w=60')).toBe(true);
    const last = seen.at(-1);
    expect(last?.body).toMatchObject({ code: 'too-many-requests', status: 429, 'violated-policies': ['read'] });
    // Never earlier than the window's end.
    expect(last?.retryAfter).toBeGreaterThanOrEqual(Number(/t=(\d+)/.exec(last?.limit ?? '')?.[1]));
  });

  test('counts for each principal apart', async () => {
    const server = await start();
    await repeat(7, () => list(server, anna));
    expect(await list(server, ben)).toMatchObject({ status: 200 });
  });

  test('counts anonymous operations by address, refused ones too', async () => {
    const server = await start();
    expect(await logIn(server, credentials)).toMatchObject({ status: 401, policy: '"credential";q=1;w=60' });
    expect(await logIn(server, credentials)).toMatchObject({ status: 429 });
  });

  test('"internal" is neither limited nor announced', async () => {
    const server = await start();
    const answers = await repeat(40, () => server.request('GET', '/health/live'));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(answers[0]?.headers.get('ratelimit')).toBeNull();
  });
});

describe('the limit of an address', () => {
  test('bounds the guessing of tokens before credentials are judged', async () => {
    const server = await start();
    const guess = async () => see(await server.request('GET', '/api/v1/bonus-campaigns', { token: 'a.b.c' }));
    const seen = await repeat(31, guess);
    expect(seen.slice(0, 30).every(({ status }) => status === 401)).toBe(true);
    expect(seen[30]).toMatchObject({ status: 429, body: { 'violated-policies': ['address'] } });
    expect(seen[30]?.policy).toBe('"address";q=30;w=60');
  });

  test('counts malformed requests, which are still told what is wrong with them', async () => {
    const server = await start();
    const broken = async () =>
      see(
        await server.request('POST', '/api/v1/auth/login', {
          body: '{',
          headers: { 'content-type': 'application/json' },
        }),
      );
    const seen = await repeat(31, broken);
    expect(seen.every(({ status }) => status === 400)).toBe(true);
    expect(await list(server, anna)).toMatchObject({ status: 429, body: { 'violated-policies': ['address'] } });
  });
});

test('everyone together is limited as well', async () => {
  // 60 a minute for all, taken 100 at a time: the first hundred of a process already exceeds it.
  const server = await start({ rateLimitFactor: 0.0001 });
  expect(await list(server, anna)).toMatchObject({ status: 429, body: { 'violated-policies': ['everyone'] } });
});

test('several processes share their counters in PostgreSQL', async () => {
  const one = await start({ counters: postgresCounters(database.database) });
  const two = await start({ counters: postgresCounters(database.database) });
  await repeat(3, () => list(one, anna));
  const seen = await repeat(4, () => list(two, anna));
  expect(seen.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
});

test('several processes share their counters in Redis', async () => {
  const redis = await startCounterRedis();
  const stores = [redisCounters(redis.url, () => {}), redisCounters(redis.url, () => {})];
  try {
    await Promise.all(stores.map((store) => store.ready()));
    const [one, two] = await Promise.all(stores.map((counters) => start({ counters })));
    if (one === undefined || two === undefined) throw new Error('two servers were started');
    await repeat(3, () => list(one, anna));
    const seen = await repeat(4, () => list(two, anna));
    expect(seen.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
  } finally {
    for (const store of stores) await store.close();
    await redis.close();
  }
});

test('when the store is away, reading goes on and credentials do not', async () => {
  const counters = redisCounters('redis://127.0.0.1:1', () => {});
  const server = await start({ counters });
  expect(await list(server, anna)).toMatchObject({ status: 200, limit: null });
  expect(await logIn(server, credentials)).toMatchObject({ status: 503, body: { code: 'unavailable' }, retryAfter: 5 });
  expect(server.lines.filter(({ message }) => message === 'rate-limit store is away')).not.toEqual([]);
  await counters.close();
});
