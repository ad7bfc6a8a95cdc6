/** Walks every operation that takes a body: it is read in the declared media types only, and never beyond its size. */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { routes } from '../src/contract/generated/routes.ts';
import type { Route } from '../src/contract/route.ts';
import { readDocument, resolvedOperations } from './document.ts';
import { pathOf } from './walks/routes.ts';
import { createWorld } from './walks/world.ts';
import type { World } from './walks/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 120_000);
afterAll(() => world.close());

const examples = new Map(resolvedOperations(readDocument()).map(({ operationId, example }) => [operationId, example]));
const taking = routes.filter(({ requestBody }) => requestBody !== null);

describe.each(taking.map((route): [string, Route] => [route.operationId, route]))('%s', (operationId, route) => {
  const taken = route.requestBody?.content.map(({ mediaType }) => mediaType) ?? [];
  const [declared = ''] = taken;
  const isJson = /[/+]json$/.test(declared);

  const send = (body: string | Uint8Array, headers: Readonly<Record<string, string>>): Promise<Response> =>
    world.portico.request(route.method, pathOf(route), { token: world.admin.token, body, headers });
  const codeOf = async (answer: Response): Promise<[number, string]> => [
    answer.status,
    ((await answer.json()) as { code: string }).code,
  ];

  const foreignTypes = [
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
  ];

  test.each(foreignTypes.filter((type) => !taken.includes(type)))('refuses %s', async (type) => {
    expect(await codeOf(await send('{}', { 'content-type': type }))).toEqual([415, 'unsupported-media-type']);
  });

  test('refuses a body that does not say what it is', async () => {
    // Bytes, because fetch gives a text a type of its own.
    expect(await codeOf(await send(Buffer.from('{}'), {}))).toEqual([415, 'unsupported-media-type']);
  });

  test('refuses another charset', async () => {
    const answer = await send('{}', { 'content-type': `${declared}; charset=latin1` });
    expect(await codeOf(answer)).toEqual([415, 'unsupported-media-type']);
  });

  test.each(['br', 'zstd', 'compress', 'gzip, br'])(
    'refuses the encoding %s and names those it takes',
    async (encoding) => {
      const body = brotliCompressSync('{}');
      const answer = await send(body, { 'content-type': declared, 'content-encoding': encoding });
      expect(answer.headers.get('accept-encoding')).toBe('gzip, deflate, identity');
      expect(await codeOf(answer)).toEqual([415, 'unsupported-media-type']);
    },
  );

  if (!isJson) return;

  test.each(['', '{', '{"a":1}}', 'null', '[]', '"text"', '\u0000'])('refuses %j as a body', async (body) => {
    const [status] = await codeOf(await send(body, { 'content-type': declared }));
    expect(status).toBe(400);
  });

  test('refuses a body beyond its size, also one that only grows when unpacked', async () => {
    const large = JSON.stringify({ filler: 'x'.repeat(route.maxBody) });
    expect(await codeOf(await send(large, { 'content-type': declared }))).toEqual([413, 'payload-too-large']);
    const packed = gzipSync(large);
    expect(packed.length).toBeLessThan(route.maxBody);
    const answer = await send(packed, { 'content-type': declared, 'content-encoding': 'gzip' });
    expect(await codeOf(answer)).toEqual([413, 'payload-too-large']);
  });

  // What a vendor's program writes gets new fields without asking us.
  if (route.rawBody) return;

  test('refuses an unknown field and names it', async () => {
    const body = { ...(examples.get(operationId) as object), noSuchField: 1 };
    const answer = await send(JSON.stringify(body), { 'content-type': declared });
    const { code, errors } = (await answer.json()) as { code: string; errors: { pointer: string }[] };
    expect([answer.status, code]).toEqual([400, 'validation-failed']);
    expect(errors.map(({ pointer }) => pointer)).toEqual(['/noSuchField']);
  });
});
