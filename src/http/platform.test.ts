import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { routes as contractRoutes } from '../contract/generated/routes.ts';
import type { Handlers } from '../contract/handlers.ts';
import { platformProblems } from '../shared/platform-problems.ts';
import { Problem } from '../shared/problem.ts';
import { correlation } from '../telemetry/correlation.ts';
import { createTestDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { startTestHttp } from '../testing/http-server.ts';
import type { TestHttp } from '../testing/http-server.ts';
import { openRaw } from '../testing/raw-http.ts';
import { toProblem } from './problems.ts';

let database: TestDatabase;
let server: TestHttp;
/** What listing campaigns does; each test decides. */
let listing: () => Promise<void>;
let broken: boolean;

const path = '/api/v1/bonus-campaigns';

const handlers: Partial<Handlers> = {
  listBonusCampaigns: async () => {
    await listing();
    return { status: 200, body: broken ? ({ items: 5 } as never) : { items: [], nextCursor: null } };
  },
};

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startTestHttp(database.database, handlers, {
    checks: [{ name: 'primary database', run: () => checking() }],
  });
});

afterAll(async () => {
  await server.close();
  await database.close();
});

let checking: () => Promise<void> = async () => {};

async function list(headers: Readonly<Record<string, string>> = {}, at = server) {
  const answer = await at.request('GET', path, { token: at.token(['campaigns:read']), headers });
  return { answer, body: (await answer.json()) as Record<string, unknown> };
}

async function failWith(error: unknown) {
  broken = false;
  listing = async () => {
    throw error;
  };
  return list();
}

describe('request ids', () => {
  test('are ours, and the correlation id is the caller’s', async () => {
    let seen: ReturnType<typeof correlation>;
    listing = async () => {
      seen = correlation();
    };
    broken = false;
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const { answer } = await list({
      'x-request-id': 'forged',
      'x-correlation-id': 'order-7.a_b',
      traceparent: `00-${trace}-b7ad6b7169203331-01`,
    });
    const requestId = answer.headers.get('x-request-id');
    expect(requestId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);
    expect(answer.headers.get('x-correlation-id')).toBe('order-7.a_b');
    // The trace goes on; a stranger's wish to be recorded does not.
    expect(seen).toMatchObject({
      requestId,
      correlationId: 'order-7.a_b',
      traceparent: `00-${trace}-b7ad6b7169203331-00`,
    });
    expect(await server.logged(String(requestId))).toMatchObject({ correlationId: 'order-7.a_b', trace });
  });

  test.each(['', 'a b', 'ü', 'x'.repeat(129)])('a correlation id such as "%s" is replaced', async (given) => {
    listing = async () => {};
    const { answer } = await list({ 'x-correlation-id': Buffer.from(given).toString('latin1') });
    expect(answer.headers.get('x-correlation-id')).toBe(answer.headers.get('x-request-id'));
  });
});

describe('what is thrown', () => {
  test('unknown is 500 without a word of it, and is in the log', async () => {
    const { answer, body } = await failWith(new Error('select secret from users: /srv/app.ts'));
    expect(answer.status).toBe(500);
    expect(body).toEqual({
      type: '/problems/internal-error',
      title: 'Internal error',
      status: 500,
      instance: path,
      code: 'internal-error',
      requestId: answer.headers.get('x-request-id'),
    });
    const line = await server.logged(String(body['requestId']));
    expect(line).toMatchObject({ level: 'error', operation: 'listBonusCampaigns', error: { name: 'Error' } });
  });

  test.each([
    ['a known constraint', Object.assign(new Error('x'), { code: '23505', constraint: 'known_constraint' }), 404],
    ['an unknown constraint', Object.assign(new Error('x'), { code: '23505', constraint: 'toString' }), 500],
    ['a cancelled statement', Object.assign(new Error('x'), { code: '57014' }), 503],
    ['no connection', Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 503],
    ['a full pool', new Error('timeout exceeded when trying to connect'), 503],
    ['too many connections', Object.assign(new Error('x'), { code: '53300' }), 503],
    ['a lost race', Object.assign(new Error('x'), { code: '40P01' }), 503],
    ['no error at all', 'text', 500],
  ])('%s has one meaning', (_name, error, status) => {
    const problem = toProblem(error, { known_constraint: platformProblems['not-found'] });
    expect({ status: problem.status, retryAfter: problem.headers['retry-after'] }).toEqual({
      status,
      retryAfter: status === 503 ? '1' : undefined,
    });
  });
});

describe('an answer that breaks the contract', () => {
  test('is 500 where it matters to find it, and names the place', async () => {
    broken = true;
    listing = async () => {};
    const { answer, body } = await list();
    expect({ status: answer.status, code: body['code'] }).toEqual({ status: 500, code: 'internal-error' });
    expect(body['detail']).toContain('body /nextCursor is missing');
  });

  test('is logged, counted and sent in production', async () => {
    const lenient = await startTestHttp(database.database, handlers, {
      responseValidation: { rate: 1, strict: false },
    });
    try {
      const { answer, body } = await list({}, lenient);
      expect({ status: answer.status, body }).toEqual({ status: 200, body: { items: 5 } });
      expect(lenient.lines).toContainEqual(
        expect.objectContaining({ level: 'error', message: 'answer breaks the contract' }),
      );
      const metrics = await (await lenient.request('GET', '/metrics')).text();
      expect(metrics).toContain('portico_response_breaches_total{operation="listBonusCampaigns"} 1');
    } finally {
      await lenient.close();
    }
  });
});

describe('credentials', () => {
  const ask = (token?: string) => server.request('GET', path, token === undefined ? {} : { token });

  test('absent, forged, expired and revoked look alike', async () => {
    const revoked = server.token(['campaigns:read'], { sessionId: '01939c2e-7a4b-7c31-9a52-0d6f2c1b8eff' });
    server.revoked.add('01939c2e-7a4b-7c31-9a52-0d6f2c1b8eff');
    const expired = server.token(['campaigns:read'], { expiresAt: new Date(Date.now() - 1) });
    const answers = await Promise.all([
      ask(),
      ask('nonsense'),
      ask('a b'),
      ask(expired),
      ask(revoked),
      ask('x'.repeat(5_000)),
    ]);
    const bodies = await Promise.all(answers.map(async (answer) => (await answer.json()) as Record<string, unknown>));
    const looks = answers.map((answer, index) => ({
      status: answer.status,
      header: answer.headers.get('www-authenticate'),
      body: { ...bodies[index], requestId: '' },
    }));
    for (const look of looks) expect(look).toEqual(looks[0]);
    expect(looks[0]).toMatchObject({ status: 401, header: 'Bearer realm="portico"' });
  });

  test('are verified once and stay good until they expire or are revoked', async () => {
    listing = async () => {};
    broken = false;
    const sessionId = '01939c2e-7a4b-7c31-9a52-0d6f2c1b8efe';
    const token = server.token(['campaigns:read'], { sessionId });
    const before = server.verifications();
    for (let n = 0; n < 3; n += 1) expect((await ask(token)).status).toBe(200);
    expect(server.verifications() - before).toBe(1);
    server.revoked.add(sessionId);
    expect((await ask(token)).status).toBe(401);
  });

  test('without the scope are 403 and say which', async () => {
    const answer = await ask(server.token(['profile:read']));
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toContain('error="insufficient_scope", scope="campaigns:read"');
  });
});

describe('health', () => {
  const status = async (name: string) => (await server.request('GET', `/health/${name}`)).status;

  test('ready names the failed check and nothing else; live looks at nothing', async () => {
    checking = async () => {
      throw new Error('password authentication failed for user "portico"');
    };
    const answer = await server.request('GET', '/health/ready');
    expect({ status: answer.status, retryAfter: answer.headers.get('retry-after') }).toEqual({
      status: 503,
      retryAfter: '5',
    });
    expect(await answer.json()).toMatchObject({ code: 'unavailable', detail: 'Not ready: primary database.' });
    expect([await status('live'), await status('startup')]).toEqual([200, 200]);
    checking = async () => {};
    expect(await status('ready')).toBe(200);
  });

  test('ready does not wait for a check that hangs', async () => {
    checking = () => new Promise(() => {});
    expect(await status('ready')).toBe(503);
    checking = async () => {};
  });

  test('probes are not in the access log', async () => {
    const answer = await server.request('GET', '/health/live');
    expect(server.lines.filter((line) => line['requestId'] === answer.headers.get('x-request-id'))).toEqual([]);
  });
});

test('a deprecated operation says since when, until when, and where to read on', async () => {
  const routes = contractRoutes
    .filter(({ operationId }) => operationId === 'getLiveness')
    .map((route) => ({
      ...route,
      deprecated: { since: '2026-11-01T00:00:00Z', sunset: '2027-06-01T00:00:00Z', link: '/docs/moving' },
    }));
  const deprecated = await startTestHttp(database.database, {}, { routes });
  const { headers } = await deprecated.request('GET', '/health/live');
  await deprecated.close();
  expect([headers.get('deprecation'), headers.get('sunset'), headers.get('link')]).toEqual([
    '@1793491200',
    'Tue, 01 Jun 2027 00:00:00 GMT',
    '</docs/moving>; rel="deprecation"',
  ]);
});

test('a drain refuses new work, finishes what runs, and leaves connections', async () => {
  broken = false;
  const gate = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  const draining = await startTestHttp(database.database, handlers);
  listing = () => {
    entered.resolve();
    return gate.promise;
  };
  const idle = await openRaw(draining.port);
  idle.write('GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n');
  expect((await idle.answer()).headers['connection']).toBe('keep-alive');
  const slow = list({}, draining);
  await entered.promise;

  draining.http.drain();
  const ready = await draining.request('GET', '/health/ready');
  expect({ status: ready.status, connection: ready.headers.get('connection') }).toEqual({
    status: 503,
    connection: 'close',
  });
  const stopped = draining.http.stop(5_000);
  await idle.closed();
  await expect(draining.request('GET', '/health/live')).rejects.toThrow();
  gate.resolve();
  const { answer, body } = await slow;
  expect({ status: answer.status, body }).toEqual({ status: 200, body: { items: [], nextCursor: null } });
  await stopped;
});

test('a request that outlives the grace is cut and told so', async () => {
  const entered = Promise.withResolvers<void>();
  const draining = await startTestHttp(database.database, {
    listBonusCampaigns: async (_, { signal }) => {
      entered.resolve();
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      throw new Problem(platformProblems.unavailable, { headers: { 'retry-after': '1' } });
    },
  });
  const slow = list({}, draining);
  await entered.promise;
  await draining.http.stop(50);
  await slow.then(
    ({ answer }) => expect(answer.status).toBe(503),
    (error: unknown) => expect(error).toBeInstanceOf(TypeError),
  );
});
