import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { startTestHttp } from '../testing/http-server.ts';
import type { TestHttp } from '../testing/http-server.ts';
import { openRaw, sendRaw } from '../testing/raw-http.ts';
import type { RawAnswer } from '../testing/raw-http.ts';

let database: TestDatabase;
let server: TestHttp;
let token: string;

async function unreachable(): Promise<never> {
  throw new Error('no request here is meant to get this far');
}

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startTestHttp(
    database.database,
    { createSession: unreachable, getUser: unreachable },
    { timeouts: { headersMilliseconds: 300, keepAliveMilliseconds: 200 }, bodyTimes: { deadlineMilliseconds: 200 } },
  );
  token = server.token([]);
});

afterAll(async () => {
  await server.close();
  await database.close();
});

const path = '/api/v1/auth/login';

function post(body: string, headers: Readonly<Record<string, string>> = {}): string {
  const all = {
    Host: 'localhost',
    Authorization: `Bearer ${token}`,
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

async function expectProblem(answer: RawAnswer, status: number, code: string): Promise<void> {
  expect({ status: answer.status, type: answer.headers['content-type'] }).toEqual({
    status,
    type: 'application/problem+json',
  });
  const problem = JSON.parse(answer.body) as { code: string; status: number; requestId: string };
  expect(problem).toMatchObject({ code, status, requestId: answer.headers['x-request-id'] });
  // Every refusal can be found in the log under the id the caller was given.
  await server.logged(problem.requestId);
}

async function expectAlive(): Promise<void> {
  const answer = await server.request('GET', '/health/live');
  expect(answer.status).toBe(200);
}

describe('a byte beyond Content-Length', () => {
  const bodies = { valid: '{}', invalid: '{"a":' };
  const connections = ['close', 'keep-alive'] as const;
  test.each(Object.entries(bodies).flatMap(([kind, body]) => connections.map((mode) => [kind, mode, body] as const)))(
    'after %s JSON on a connection to %s is refused without harm',
    async (kind, mode, body) => {
      const connection = await openRaw(server.port);
      connection.write(`${post(body, { Connection: mode })}x`);
      await expectProblem(await connection.answer(), 400, kind === 'valid' ? 'validation-failed' : 'malformed-request');
      await connection.closed();
      await expectAlive();
    },
  );
});

describe('what is no HTTP', () => {
  const long = 'a'.repeat(20_000);
  test.each<[string, string, number, string]>([
    ['garbage', 'hello there\r\n\r\n', 400, 'malformed-request'],
    ['an unknown method token', 'FROBNICATE / HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'malformed-request'],
    ['a control byte in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX-A: b\u0001c\r\n\r\n', 400, 'malformed-request'],
    ['20 KB of headers', `GET / HTTP/1.1\r\nHost: a\r\nX-A: ${long}\r\n\r\n`, 431, 'header-fields-too-large'],
    [
      'Transfer-Encoding together with Content-Length',
      `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
      'malformed-request',
    ],
    [
      'a broken chunk',
      `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n`,
      400,
      'malformed-request',
    ],
    ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n', 405, 'method-not-allowed'],
    ['an unknown expectation', post('{}', { Expect: 'miracles' }), 417, 'expectation-failed'],
  ])('%s is a problem, and the next request works', async (_name, text, status, code) => {
    await expectProblem(await sendRaw(server.port, text), status, code);
    await expectAlive();
  });

  test('headers that never end are 408', async () => {
    await expectProblem(await sendRaw(server.port, 'GET / HTTP/1.1\r\nHost: a\r\nX-A: '), 408, 'request-timeout');
  });

  test('a body that never ends is 408', async () => {
    const slow = post('{', { 'Content-Length': '100' });
    await expectProblem(await sendRaw(server.port, slow), 408, 'request-timeout');
    await expectAlive();
  });

  test('a path that is not percent-encoded is 400', async () => {
    await expectProblem(
      await sendRaw(server.port, 'GET /api/v1/users/%ZZ HTTP/1.1\r\nHost: a\r\n\r\n'),
      400,
      'malformed-request',
    );
  });

  test('a reset in the middle of a request leaves the server well', async () => {
    const connection = await openRaw(server.port);
    connection.write(post('{', { 'Content-Length': '100' }));
    connection.socket.resetAndDestroy();
    await expectAlive();
  });
});

describe('Expect: 100-continue', () => {
  test('asks for the body only when it is going to be read', async () => {
    const connection = await openRaw(server.port);
    const [head = ''] = post('{}', { Expect: '100-continue' }).split('\r\n\r\n');
    connection.write(`${head}\r\n\r\n`);
    expect((await connection.answer()).status).toBe(100);
    connection.write('{}');
    await expectProblem(await connection.answer(), 400, 'validation-failed');
    connection.close();
  });

  test('refuses without asking for the body', async () => {
    const connection = await openRaw(server.port);
    const [head = ''] = post('{}', { Expect: '100-continue', 'Content-Type': 'text/plain' }).split('\r\n\r\n');
    connection.write(`${head}\r\n\r\n`);
    await expectProblem(await connection.answer(), 415, 'unsupported-media-type');
    await connection.closed();
  });
});

describe('a body that is too large', () => {
  // As a client does that sends all it has and only then looks for the answer.
  test('is refused without losing the answer, though megabytes follow', async () => {
    const connection = await openRaw(server.port);
    connection.socket.pause();
    const written = once(connection.socket, 'drain');
    connection.write(post('x'.repeat(6_100_000)));
    await written;
    connection.socket.resume();
    await expectProblem(await connection.answer(), 413, 'payload-too-large');
    await connection.closed();
  });

  test('is refused by its length before it is read', async () => {
    const answer = await sendRaw(server.port, post('', { 'Content-Length': '10000000' }));
    await expectProblem(answer, 413, 'payload-too-large');
  });

  test('is refused while it arrives in chunks, and the answer is not lost', async () => {
    const connection = await openRaw(server.port);
    const head = post('', { 'Transfer-Encoding': 'chunked' }).replace(/Content-Length: 0\r\n/, '');
    connection.write(head);
    const chunk = `8000\r\n${'a'.repeat(0x8000)}\r\n`;
    connection.write(chunk.repeat(8));
    await expectProblem(await connection.answer(), 413, 'payload-too-large');
    await connection.closed();
    await expectAlive();
  });
});

test('pipelined requests are answered in order although the last is broken', async () => {
  const connection = await openRaw(server.port);
  connection.write(`GET /health/live HTTP/1.1\r\nHost: a\r\n\r\nGET /health/live HTTP/1.1\r\nHost: a\r\n\r\n`);
  expect((await connection.answer()).status).toBe(200);
  expect((await connection.answer()).status).toBe(200);
  connection.write('nonsense\r\n\r\n');
  await expectProblem(await connection.answer(), 400, 'malformed-request');
  await connection.closed();
});
