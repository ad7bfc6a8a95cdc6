import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { platformProblems } from '../shared/platform-problems.ts';
import { Problem } from '../shared/problem.ts';
import { createTestDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { startTestHttp } from '../testing/http-server.ts';
import type { TestHttp } from '../testing/http-server.ts';
import { accepts } from './negotiation.ts';

let database: TestDatabase;
let server: TestHttp;

/** What got through to the handler. */
const reached: unknown[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startTestHttp(database.database, {
    createSession: async ({ body }) => {
      reached.push(body);
      throw new Problem(platformProblems.unauthenticated, { headers: { 'www-authenticate': 'Bearer' } });
    },
  });
});

afterAll(async () => {
  await server.close();
  await database.close();
});

const valid = { email: 'sara@example.com', password: 'quiet rivers carry old songs' };
const text = JSON.stringify(valid);

async function send(body: string | Buffer, headers: Readonly<Record<string, string>>) {
  const answer = await server.request('POST', '/api/v1/auth/login', { body, headers });
  const { code } = (await answer.json()) as { code: string };
  return { status: answer.status, code, acceptEncoding: answer.headers.get('accept-encoding') };
}

const json = { 'content-type': 'application/json' };

describe('a body is read', () => {
  test.each<[string, string | Buffer, Readonly<Record<string, string>>]>([
    ['as JSON', text, json],
    ['with a charset', text, { 'content-type': 'application/json; charset=utf-8' }],
    ['with a quoted charset in capitals', text, { 'content-type': 'Application/JSON; charset="UTF-8"' }],
    ['with other parameters', text, { 'content-type': 'application/json; profile=a' }],
    ['gzipped', gzipSync(text), { ...json, 'content-encoding': 'gzip' }],
    ['with the identity encoding', text, { ...json, 'content-encoding': 'identity' }],
    ['after a byte-order mark', `\uFEFF${text}`, json],
  ])('%s', async (_name, body, headers) => {
    reached.length = 0;
    expect(await send(body, headers)).toMatchObject({ status: 401 });
    expect(reached).toEqual([valid]);
  });
});

describe('a body is refused', () => {
  const unsupported = { status: 415, code: 'unsupported-media-type' };
  test.each<[string, string | Buffer, Readonly<Record<string, string>>, object]>([
    ['without a type', Buffer.from(text), {}, unsupported],
    ['of an undeclared type', text, { 'content-type': 'text/plain' }, unsupported],
    ['of a type that is none', text, { 'content-type': 'json' }, unsupported],
    ['of another charset', text, { 'content-type': 'application/json; charset=latin1' }, unsupported],
    ['of a charset after others', text, { 'content-type': 'application/json; a=b; charset=utf-16' }, unsupported],
    [
      'encoded with brotli',
      text,
      { ...json, 'content-encoding': 'br' },
      { ...unsupported, acceptEncoding: 'gzip, deflate, identity' },
    ],
    ['encoded twice', gzipSync(gzipSync(text)), { ...json, 'content-encoding': 'gzip, gzip' }, unsupported],
    ['that is no JSON', '{"a":', json, { status: 400, code: 'malformed-request' }],
    ['that is no UTF-8', Buffer.from([0x22, 0xff, 0x22]), json, { status: 400, code: 'malformed-request' }],
    ['that is no gzip', 'abc', { ...json, 'content-encoding': 'gzip' }, { status: 400, code: 'malformed-request' }],
    ['that is empty', '', json, { status: 400, code: 'validation-failed' }],
    ['that is null', 'null', json, { status: 400, code: 'validation-failed' }],
    ['with __proto__', '{"__proto__":{"a":1}}', json, { status: 400, code: 'validation-failed' }],
    [
      'that is a bomb',
      gzipSync(Buffer.alloc(10_000_000, ' ')),
      { ...json, 'content-encoding': 'gzip' },
      { status: 413, code: 'payload-too-large' },
    ],
    ['that is too large', ' '.repeat(70_000), json, { status: 413, code: 'payload-too-large' }],
  ])('%s', async (_name, body, headers, expected) => {
    expect(await send(body, headers)).toMatchObject(expected);
  });
});

describe('Accept', () => {
  test.each<[string, boolean]>([
    ['*/*', true],
    ['application/json', true],
    ['application/*', true],
    ['text/html, application/json;q=0.5', true],
    ['text/html, */*;q=0.1', true],
    ['text/html', false],
    ['application/json;q=0', false],
    ['*/*, application/json;q=0', false],
    ['application/*;q=0, */*', false],
    ['nonsense', false],
  ])('%s admits JSON: %s', (header, admitted) => {
    expect(accepts(header, 'application/json')).toBe(admitted);
  });

  test('that admits nothing declared is 406, as a problem all the same', async () => {
    const answer = await server.request('GET', '/health/live', { headers: { accept: 'text/html' } });
    expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({
      status: 406,
      type: 'application/problem+json',
    });
  });

  test('is judged before credentials and after nothing', async () => {
    expect(await send('{', { ...json, accept: 'text/html' })).toMatchObject({ status: 406 });
  });
});
