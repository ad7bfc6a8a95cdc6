import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { routes } from '../contract/generated/routes.ts';
import type { Route } from '../contract/route.ts';
import { etagOf, matches, preconditionFailed, requireMatch } from '../shared/etag.ts';
import { Problem } from '../shared/problem.ts';
import { createTestDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { startTestHttp } from '../testing/http-server.ts';
import type { TestHttp } from '../testing/http-server.ts';

/** A read that carries a version, made of one that every contract has. */
function versionedRead(): Route {
  const found = routes.find(({ operationId }) => operationId === 'getLiveness');
  if (found === undefined) throw new Error('The contract has lost getLiveness.');
  return {
    ...found,
    ifNoneMatch: true,
    responses: { ...found.responses, 304: { headers: [], headersValidator: null, content: [] } },
  };
}

let database: TestDatabase;
let server: TestHttp;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startTestHttp(
    database.database,
    {},
    {
      routes: [{ ...versionedRead(), operationId: 'getMe', path: '/versioned' }],
      handlers: {
        getMe: (async () => ({ status: 200, headers: { ETag: '"7"' }, body: { status: 'alive' } })) as never,
      },
    },
  );
});

afterAll(async () => {
  await server.close();
  await database.close();
});

test.each<[string, number]>([
  ['"7"', 304],
  ['W/"7"', 304],
  ['"6", "7"', 304],
  ['*', 304],
  ['"6"', 200],
  ['7', 200],
])('If-None-Match: %s is answered %s', async (header, status) => {
  const answer = await server.request('GET', '/versioned', { headers: { 'if-none-match': header } });
  expect({ status: answer.status, etag: answer.headers.get('etag'), body: await answer.text() }).toEqual({
    status,
    etag: '"7"',
    body: status === 304 ? '' : '{"status":"alive"}',
  });
});

test('HEAD has the headers of GET and no body', async () => {
  const answer = await server.request('HEAD', '/versioned');
  expect({ status: answer.status, length: answer.headers.get('content-length'), body: await answer.text() }).toEqual({
    status: 200,
    length: '18',
    body: '',
  });
});

function statusOf(work: () => void): number {
  try {
    work();
    return 200;
  } catch (error) {
    if (error instanceof Problem) return error.status;
    throw error;
  }
}

test.each<[string | undefined, number]>([
  [undefined, 428],
  ['"7"', 200],
  ['*', 200],
  ['"6", "7"', 200],
  ['"6"', 412],
  ['W/"7"', 412],
  ['7', 412],
])('If-Match: %s on version 7 is %s', (header, status) => {
  expect(statusOf(() => requireMatch(header, 7))).toBe(status);
});

test('an optional If-Match may be missing, but not stale', () => {
  expect(statusOf(() => requireMatch(undefined, 7, false))).toBe(200);
  expect(statusOf(() => requireMatch('"6"', 7, false))).toBe(412);
  expect(preconditionFailed().status).toBe(412);
});

test('tags with commas are one tag', () => {
  expect(matches('"a,b"', '"b"', 'strong')).toBe(false);
  expect(matches('"a,b"', '"a,b"', 'strong')).toBe(true);
  expect(etagOf(12)).toBe('"12"');
});
