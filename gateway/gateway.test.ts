import { afterEach, describe, expect, test } from '@jest/globals';
import { isValid } from './problem-shape.ts';
import { startNginx } from './start-nginx.ts';
import type { TestGateway } from './start-nginx.ts';
import { die, ok, startStub } from './stub-upstream.ts';
import type { StubUpstream } from './stub-upstream.ts';
import type { GatewaySettings } from './settings.ts';
import { until } from '../src/testing/until.ts';
import { sendRaw } from '../src/testing/raw-http.ts';

// A real nginx in front of processes that misbehave. Each test has its own.

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of open.splice(0).reverse()) await part.close();
});

async function stub(answer: Parameters<typeof startStub>[0]): Promise<StubUpstream> {
  const upstream = await startStub(answer);
  open.push(upstream);
  return upstream;
}

async function gateway(
  upstreams: GatewaySettings['upstreams'],
  more: Partial<GatewaySettings> = {},
): Promise<TestGateway> {
  const started = await startNginx({ upstreams, rateLimitFactor: 100, ...more });
  open.push(started);
  return started;
}

/** A refusal as Portico's own: every member, the headers, and one request id. */
async function expectProblem(answer: Response, status: number, code: string): Promise<void> {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const body: unknown = await answer.json();
  expect(isValid(body)).toBe(true);
  expect(body).toMatchObject({
    status,
    code,
    type: `/problems/${code}`,
    requestId: answer.headers.get('x-request-id'),
  });
}

const wallet = '/api/v1/wallet';
const login = '/api/v1/auth/login';

describe('a request', () => {
  test('reaches the process of its context as it was sent', async () => {
    const [identity, others] = [await stub(ok), await stub(ok)];
    const { url } = await gateway({ default: [others.address], identity: [identity.address] });
    await fetch(`${url}${login}?a=%2Fb&c=%20`, {
      method: 'POST',
      body: '{"x":1}',
      headers: { traceparent: 'as-it-is' },
    });
    await fetch(`${url}${wallet}`);
    expect(identity.received).toMatchObject([
      { method: 'POST', url: `${login}?a=%2Fb&c=%20`, body: '{"x":1}', headers: { traceparent: 'as-it-is' } },
    ]);
    expect(others.received).toMatchObject([{ method: 'GET', url: wallet }]);
  });

  test('cannot claim to come from elsewhere', async () => {
    const upstream = await stub(ok);
    const { url } = await gateway({ default: [upstream.address] });
    await fetch(`${url}${wallet}`, { headers: { 'x-forwarded-for': '203.0.113.7', forwarded: 'for=203.0.113.7' } });
    expect(upstream.received[0]?.headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1' });
    expect(upstream.received[0]?.headers).not.toHaveProperty('forwarded');
  });

  test('leaves the operation and its ids in the log, but no query, path or token', async () => {
    const upstream = await stub(ok);
    const { url, accessLog } = await gateway({ default: [upstream.address] });
    const answer = await fetch(`${url}/api/v1/sandbox/messages?address=secret-query`, {
      headers: { authorization: 'Bearer secret-token', 'x-correlation-id': 'mine-1' },
    });
    await answer.text();
    const [line] = await until(() => accessLog().length > 0 && accessLog());
    expect(line).toMatchObject({
      ...{ operation: 'listSandboxMessages', method: 'GET', status: 200, upstream: upstream.address },
      ...{ requestId: answer.headers.get('x-request-id'), correlationId: 'mine-1' },
    });
    expect(JSON.stringify(line)).not.toMatch(/secret|sandbox\/messages|127\.0\.0\.1"/);
  });

  test('without a correlation id gets one that both logs have', async () => {
    const upstream = await stub(die);
    const { url, accessLog } = await gateway({ default: [upstream.address] });
    const answer = await fetch(`${url}${login}`, { method: 'POST' });
    const [line] = await until(() => accessLog().length > 0 && accessLog());
    const id = answer.headers.get('x-request-id');
    expect(upstream.received[0]?.headers['x-correlation-id']).toBe(id);
    expect(line).toMatchObject({ requestId: id, correlationId: id, status: 503 });
  });
});

describe('a process that dies after it has read a request', () => {
  test('does not get a POST sent to its neighbour', async () => {
    const [one, two] = [await stub(die), await stub(die)];
    const { url } = await gateway({ default: [one.address, two.address] });
    await expectProblem(await fetch(`${url}${login}`, { method: 'POST', body: '{}' }), 503, 'unavailable');
    expect(one.received.length + two.received.length).toBe(1);
  });

  test.each(['PUT', 'PATCH', 'DELETE'])('nor a %s', async (method) => {
    const [one, two] = [await stub(die), await stub(die)];
    const { url } = await gateway({ default: [one.address, two.address] });
    await expectProblem(await fetch(`${url}/api/v1/users/profile`, { method }), 503, 'unavailable');
    expect(one.received.length + two.received.length).toBe(1);
  });

  test('costs a GET nothing', async () => {
    const [one, two] = [await stub(die), await stub(ok)];
    const { url } = await gateway({ default: [one.address, two.address] });
    for (let count = 0; count < 2; count += 1) expect((await fetch(`${url}${wallet}`)).status).toBe(200);
    expect(one.received).toHaveLength(1);
    expect(two.received).toHaveLength(2);
  });
});

describe('a context whose process is away', () => {
  test('gives 503 with Retry-After, alone', async () => {
    const gone = await startStub(ok);
    await gone.close();
    const upstream = await stub(ok);
    const { url } = await gateway({ default: [upstream.address], identity: [gone.address] });
    const answer = await fetch(`${url}${login}`, { method: 'POST' });
    expect(answer.headers.get('retry-after')).toBe('5');
    await expectProblem(answer, 503, 'unavailable');
    expect((await fetch(`${url}${wallet}`)).status).toBe(200);
  });
});

describe('limits', () => {
  test('a caller who floods gets 429 with Retry-After, and others are served', async () => {
    const upstream = await stub(ok);
    const { url } = await gateway({ default: [upstream.address] }, { rateLimitFactor: 0.01 });
    const ask = (token: string) => fetch(`${url}${wallet}`, { headers: { authorization: `Bearer ${token}` } });
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('one')));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(5);
    expect(refused[0]?.headers.get('retry-after')).toBe('5');
    await expectProblem(refused[0] ?? new Response(), 429, 'too-many-requests');
    expect((await ask('two')).status).toBe(200);
  });

  test('anonymous callers count by address, whatever token they make up', async () => {
    const upstream = await stub(ok);
    const { url } = await gateway({ default: [upstream.address] }, { rateLimitFactor: 0.01 });
    const ask = (count: number) =>
      fetch(`${url}${login}`, { method: 'POST', headers: count % 2 === 0 ? {} : { authorization: `Bearer ${count}` } });
    const answers = await Promise.all(Array.from({ length: 6 }, (_, count) => ask(count)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429, 429, 429]);
  });

  test('probes have none', async () => {
    const upstream = await stub(ok);
    const { url } = await gateway({ default: [upstream.address] }, { rateLimitFactor: 0.0001 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => fetch(`${url}/health/live`)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });
});

describe('caching', () => {
  const cached: Parameters<typeof startStub>[0] = ({ url }, response) => {
    const control = url === '/health/live' ? 'no-store' : 'public, max-age=300';
    response
      .writeHead(200, { 'Cache-Control': control, 'X-Request-Id': 'first', RateLimit: '"read";r=1;t=1' })
      .end('{}');
  };

  test('keeps what is public, under a request id of its own', async () => {
    const upstream = await stub(cached);
    const { url } = await gateway({ default: [upstream.address] });
    const answers = [await fetch(`${url}/.well-known/jwks.json`), await fetch(`${url}/.well-known/jwks.json`)];
    expect(upstream.received).toHaveLength(1);
    const [made, stored] = answers.map(({ headers }) => headers.get('x-request-id'));
    expect(made).toBe('first');
    expect(stored).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(answers[1]?.headers.has('ratelimit')).toBe(false);
  });

  test('keeps neither probes nor what belongs to somebody', async () => {
    const upstream = await stub(cached);
    const { url } = await gateway({ default: [upstream.address] });
    for (const path of ['/health/live', wallet, '/health/live', wallet]) await fetch(`${url}${path}`);
    expect(upstream.received).toHaveLength(4);
  });
});

describe('what never reaches a process', () => {
  test.each<[string, string, number, string]>([
    ['an unknown path', 'GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n', 404, 'not-found'],
    ['an internal operation', 'GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n', 404, 'not-found'],
    ['an internal operation behind dots', 'GET /health/../metrics HTTP/1.1\r\nHost: a\r\n\r\n', 404, 'not-found'],
    ['two slashes', `GET //api/v1/wallet HTTP/1.1\r\nHost: a\r\n\r\n`, 404, 'not-found'],
    ['a line feed after the path', `GET ${wallet}%0A HTTP/1.1\r\nHost: a\r\n\r\n`, 404, 'not-found'],
    ['a slash in an id', 'GET /api/v1/users/a%2Fb HTTP/1.1\r\nHost: a\r\n\r\n', 404, 'not-found'],
    ['TRACE of a path', `TRACE ${wallet} HTTP/1.1\r\nHost: a\r\n\r\n`, 405, 'method-not-allowed'],
    ['TRACE of nothing', 'TRACE /nothing HTTP/1.1\r\nHost: a\r\n\r\n', 404, 'not-found'],
    ['a broken request line', 'GET\r\n\r\n', 400, 'malformed-request'],
    ['no Host', `GET ${wallet} HTTP/1.1\r\n\r\n`, 400, 'malformed-request'],
    ['a broken escape', 'GET /%ZZ HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'malformed-request'],
    [
      'an unknown transfer coding',
      `POST ${login} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\n\r\n`,
      400,
      'malformed-request',
    ],
    [
      'two lengths',
      `POST ${login} HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
      400,
      'malformed-request',
    ],
    ['a later version', `GET ${wallet} HTTP/3.0\r\nHost: a\r\n\r\n`, 400, 'malformed-request'],
    ['a large body', `POST ${login} HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n`, 413, 'payload-too-large'],
    ['a long path', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414, 'uri-too-long'],
    [
      'a large header',
      `GET ${wallet} HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
      431,
      'header-fields-too-large',
    ],
  ])('%s', async (_, text, status, code) => {
    const upstream = await stub(ok);
    const { port } = await gateway({ default: [upstream.address] });
    const answer = await sendRaw(port, text);
    const body: unknown = JSON.parse(answer.body);
    expect(isValid(body)).toBe(true);
    expect(body).toMatchObject({ status, code, requestId: answer.headers['x-request-id'] });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    if (status === 405) expect(answer.headers['allow']).toBe('GET, HEAD, OPTIONS');
    expect(upstream.received).toEqual([]);
    // The gateway is as well as before.
    expect((await sendRaw(port, `GET ${wallet} HTTP/1.1\r\nHost: a\r\n\r\n`)).status).toBe(200);
  });
});
