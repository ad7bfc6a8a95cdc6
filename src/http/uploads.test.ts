import { createHash, randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync, deflateSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { routes } from '../contract/generated/routes.ts';
import type { Route } from '../contract/route.ts';
import type { PlainHandler } from '../contract/handlers.ts';
import { statement } from '../database/transaction.ts';
import { createTestDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { startTestHttp, testUser } from '../testing/http-server.ts';
import type { TestHttp } from '../testing/http-server.ts';
import { openRaw } from '../testing/raw-http.ts';

/** The upload of a file as it would be if it took an Idempotency-Key and were limited to 200 KB. */
const maxBody = 200_000;
const route: Route = uploadRoute();

function uploadRoute(): Route {
  const found = routes.find(({ operationId }) => operationId === 'createBonusImport');
  const keyed = routes.find(({ operationId }) => operationId === 'createBonusCampaign');
  if (found === undefined || keyed === undefined) throw new Error('The contract has lost the operations of this test.');
  const header = keyed.parameters.filter((parameter) => parameter.in === 'header');
  return {
    ...found,
    maxBody,
    idempotencyKey: true,
    parameters: [...found.parameters, ...header],
    validators: { ...found.validators, headers: keyed.validators.headers },
    responses: { ...keyed.responses, ...found.responses, 204: { headers: [], headersValidator: null, content: [] } },
  };
}

let database: TestDatabase;
let server: TestHttp;
let token: string;
let read: { bytes: number; sha256: string } | null;
let failure: unknown;
let began: PromiseWithResolvers<void>;
let ended: PromiseWithResolvers<void>;
/** Stops before the body is read, with a business refusal. */
let refuseFirst: boolean;

const insertEffect = statement('test.insert_upload', 'insert into public.uploads (id) values ($1)');

const upload: PlainHandler = async ({ body }, caller) => {
  began.resolve();
  try {
    await caller.tx?.query(insertEffect, [caller.id?.('upload')]);
    if (refuseFirst) throw Object.assign(new Error('closed'), { constraint: 'uploads_closed', code: '23514' });
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    read = { bytes, sha256: hash.digest('hex') };
    return { status: 204 };
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    ended.resolve();
  }
};

beforeAll(async () => {
  database = await createTestDatabase();
  await database.owner.query(statement('', 'create table public.uploads (id uuid primary key)'));
  await database.owner.query(statement('', 'grant all on public.uploads to portico_app'));
  server = await startTestHttp(
    database.database,
    { createBonusImport: upload as never },
    {
      routes: [route],
      constraints: { uploads_closed: { code: 'campaign-closed', status: 409, title: 'Closed' } },
      bodyTimes: { stallMilliseconds: 150 },
    },
  );
  token = server.token(['imports:write']);
});

afterAll(async () => {
  await server.close();
  await database.close();
});

beforeEach(async () => {
  read = null;
  failure = undefined;
  refuseFirst = false;
  began = Promise.withResolvers();
  ended = Promise.withResolvers();
  await database.owner.query(statement('', 'truncate public.uploads, platform.idempotency_keys'));
});

const path = `/api/v1/bonus-campaigns/${testUser}/imports`;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

function put(body: Buffer, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return server.request('POST', path, { token, body, headers: { 'content-type': 'text/csv', ...headers } });
}

async function effects(): Promise<number> {
  return (await database.owner.query(statement('', 'select id from public.uploads'))).length;
}

describe('a streamed body', () => {
  test.each([
    ['as it is', (bytes: Buffer) => bytes, {}],
    ['gzipped', (bytes: Buffer) => gzipSync(bytes), { 'content-encoding': 'gzip' }],
    ['deflated', (bytes: Buffer) => deflateSync(bytes), { 'content-encoding': 'deflate' }],
    [
      'gzipped in two members',
      (b: Buffer) => Buffer.concat([gzipSync(b.subarray(0, 9)), gzipSync(b.subarray(9))]),
      { 'content-encoding': 'x-gzip' },
    ],
  ])('arrives %s, decoded', async (_name, encode, headers) => {
    const bytes = randomBytes(150_000);
    expect((await put(encode(bytes), headers)).status).toBe(204);
    expect(read).toEqual({ bytes: bytes.length, sha256: sha256(bytes) });
  });

  test('beyond its limit is 413 and leaves nothing behind', async () => {
    const answer = await put(gzipSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'gzip' });
    expect(answer.status).toBe(413);
    expect(await effects()).toBe(0);
  });

  test('whose length says too much is refused before the handler begins', async () => {
    expect((await put(Buffer.alloc(maxBody + 1))).status).toBe(413);
    expect(await effects()).toBe(0);
    expect(read).toBeNull();
  });

  test('that is not what its encoding says is 400', async () => {
    const answer = await put(Buffer.from('not gzip at all'), { 'content-encoding': 'gzip' });
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      status: 400,
      body: { code: 'malformed-request' },
    });
    expect(await effects()).toBe(0);
  });

  test('that ends in the middle of its encoding is 400', async () => {
    const answer = await put(gzipSync(randomBytes(1_000)).subarray(0, 500), { 'content-encoding': 'gzip' });
    expect(answer.status).toBe(400);
    expect(await effects()).toBe(0);
  });
});

function rawHead(length: number): string {
  return [
    `POST ${path} HTTP/1.1`,
    'Host: localhost',
    `Authorization: Bearer ${token}`,
    'Content-Type: text/csv',
    `Content-Length: ${length}`,
    '',
    '',
  ].join('\r\n');
}

test('a cut upload aborts its transaction', async () => {
  const connection = await openRaw(server.port);
  connection.write(`${rawHead(1_000)}only the beginning`);
  await began.promise;
  connection.socket.resetAndDestroy();
  await ended.promise;
  expect(failure).toMatchObject({ name: 'ClientGone' });
  await turn();
  expect(await effects()).toBe(0);
});

test('an upload that is refused before anybody reads it, and then cut, harms nothing', async () => {
  const connection = await openRaw(server.port);
  connection.write(`${rawHead(1_000).replace(token, 'wrong')}only the beginning`);
  expect((await connection.answer()).status).toBe(401);
  connection.socket.resetAndDestroy();
  expect((await put(Buffer.from('works'))).status).toBe(204);
});

test('an upload that stalls is 408', async () => {
  const connection = await openRaw(server.port);
  connection.write(`${rawHead(1_000)}only the beginning`);
  expect((await connection.answer()).status).toBe(408);
  expect(await effects()).toBe(0);
  connection.close();
});

describe('with a key', () => {
  const key = { 'idempotency-key': 'file-1' };

  test('the same bytes are replayed, other bytes are refused', async () => {
    const bytes = randomBytes(100_000);
    expect((await put(bytes, key)).status).toBe(204);
    read = null;
    const again = await put(gzipSync(bytes), { ...key, 'content-encoding': 'gzip' });
    expect({ status: again.status, replayed: again.headers.get('idempotent-replayed') }).toEqual({
      status: 204,
      replayed: 'true',
    });
    expect(read).toBeNull();
    const other = await put(randomBytes(100_000), key);
    expect({ status: other.status, body: await other.json() }).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
    expect(await effects()).toBe(1);
  });

  test('a refusal before the file was read is not stored', async () => {
    refuseFirst = true;
    expect((await put(Buffer.alloc(150_000), key)).status).toBe(409);
    refuseFirst = false;
    const answer = await put(Buffer.alloc(10), key);
    expect({ status: answer.status, replayed: answer.headers.get('idempotent-replayed') }).toEqual({
      status: 204,
      replayed: null,
    });
  });
});
