import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHttpsSource } from '../../adapters/number-source/https.ts';
import { isPublicAddress } from '../../adapters/number-source/public-address.ts';
import type { NumberSource } from '../../src/ports/number-source.ts';
import { serving, startFileServer } from './file-server-simulator.ts';
import type { Answer, FileServer } from './file-server-simulator.ts';
import { localhostCertificate } from './localhost-certificate.ts';
import { bytesOf, knowing, offered, testNumberSource } from './number-source.suite.ts';
import type { SourceHarness } from './number-source.suite.ts';

const never = new AbortController().signal;
const numbers = Buffer.from('09120000001\n');
const at = new Date('2026-11-21T10:17:00Z');

let server: FileServer;
let harness: SourceHarness;
let versions = 0;

function sourceAt(location: string, patience = 10_000): NumberSource {
  const url = location.replace('https://', 'https://branch:very%20secret@');
  return createHttpsSource({
    url,
    mostBytes: 25_000_000,
    silence: patience,
    longest: 2 * patience,
    ca: localhostCertificate.cert,
  });
}

const poll = (source = harness.source) => source.poll(new Map(), never);
const answering =
  (status: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, response) =>
    void response.writeHead(status, headers).end('no file');

beforeEach(async () => {
  server = await startFileServer(serving(numbers, '"0"', at));
  harness = {
    source: sourceAt(`${server.origin}/out/numbers.csv`),
    put: (bytes) => {
      server.answer = serving(bytes, `"${(versions += 1)}"`, at);
      return Promise.resolve();
    },
    breakWhileRead: (bytes) => {
      server.answer = (request, response) => {
        response.writeHead(200, { 'content-length': bytes.length, etag: '"cut"' });
        response.write(bytes.subarray(0, bytes.length / 2), () => request.socket.destroy());
      };
      return Promise.resolve();
    },
    goAway: () => server.close(),
    close: () => server.close(),
  };
});
afterEach(() => harness.close());

describe('An HTTPS address', () => {
  testNumberSource(() => harness);

  test('is asked with the ETag that is known, and offers nothing on 304', async () => {
    const files = await offered(harness.source);
    expect(files).toMatchObject([{ name: 'numbers.csv', version: '"0"', modifiedAt: at }]);
    expect(await offered(harness.source, knowing(files))).toEqual([]);
    expect(server.requests.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"0"']);
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${btoa('branch:very secret')}`);
  });

  test('offers the same content under another ETag: only who reads it can tell', async () => {
    const files = await offered(harness.source);
    server.answer = serving(numbers, 'W/"other"', at);
    const again = await offered(harness.source, knowing(files));
    expect(again).toMatchObject([{ name: 'numbers.csv', version: 'W/"other"' }]);
    expect(await bytesOf(again[0])).toEqual(numbers);
  });

  test('without an ETag goes by the time it was modified; without that, by nothing', async () => {
    server.answer = (_, response) =>
      void response
        .writeHead(200, { 'content-length': numbers.length, 'last-modified': at.toUTCString() })
        .end(numbers);
    const files = await offered(harness.source);
    expect(await offered(harness.source, knowing(files))).toEqual([]);
    server.answer = (_, response) => void response.writeHead(200, { 'content-length': numbers.length }).end(numbers);
    const unversioned = await offered(harness.source, knowing(files));
    expect(unversioned).toMatchObject([{ modifiedAt: undefined }]);
    expect(await offered(harness.source, knowing(unversioned))).toHaveLength(1);
  });

  test.each([
    ['a server in trouble', answering(500), { reason: 'busy' }],
    [
      'one that asks for patience in seconds',
      answering(503, { 'retry-after': '900' }),
      { reason: 'busy', retryAfterSeconds: 900 },
    ],
    [
      'one that asks for a year',
      answering(429, { 'retry-after': '31536000' }),
      { reason: 'busy', retryAfterSeconds: 86_400 },
    ],
    ['no such file', answering(404), { reason: 'denied' }],
    ['no entry', answering(401), { reason: 'denied' }],
    ['part of a file', answering(206, { 'content-length': '7' }), { reason: 'denied' }],
    ['a compressed file', answering(200, { 'content-length': '7', 'content-encoding': 'gzip' }), { reason: 'denied' }],
    ['a way to plain HTTP', answering(302, { location: 'http://127.0.0.1/' }), { reason: 'redirect-refused' }],
    ['a way to nowhere', answering(302), { reason: 'redirect-refused' }],
    ['a way into this machine', answering(307, { location: 'https://127.0.0.1:1/' }), { reason: 'redirect-refused' }],
    ['a way there by name', answering(307, { location: 'https://localhost:1/' }), { reason: 'redirect-refused' }],
    [
      'a way to the metadata of a cloud',
      answering(302, { location: 'https://169.254.169.254/' }),
      { reason: 'redirect-refused' },
    ],
    ['a way in circles', answering(302, { location: '/out/numbers.csv' }), { reason: 'redirect-refused' }],
  ])('%s is no file', async (_, answer, expected) => {
    server.answer = answer;
    expect(await poll()).toMatchObject({ outcome: 'unavailable', ...expected });
  });

  test('is followed within its own origin, with its credentials', async () => {
    server.answer = (request, response) => {
      if (request.url === '/elsewhere') serving(numbers, '"1"')(request, response);
      else response.writeHead(301, { location: '/elsewhere' }).end();
    };
    const files = await offered(harness.source);
    expect(files).toMatchObject([{ name: 'numbers.csv', version: '"1"' }]);
    expect(await bytesOf(files[0])).toEqual(numbers);
    expect(server.requests[1]?.headers.authorization).toBeDefined();
  });

  test('that falls silent is given up: before its answer, and in the middle of the file', async () => {
    const source = sourceAt(`${server.origin}/out/numbers.csv`, 100);
    server.answer = () => undefined;
    expect(await poll(source)).toMatchObject({ outcome: 'unavailable', reason: 'timeout' });
    server.answer = (_, response) => void response.writeHead(200, { 'content-length': '100' }).write(numbers);
    const [file] = await offered(source);
    await expect(bytesOf(file)).rejects.toMatchObject({ reason: 'timeout' });
  });

  test('that trickles for ever is given up', async () => {
    const source = sourceAt(`${server.origin}/out/numbers.csv`, 200);
    server.answer = (_, response) => {
      response.writeHead(200, { 'content-length': '100000' });
      const timer = setInterval(() => response.write('0'), 20);
      response.on('close', () => clearInterval(timer));
    };
    const [file] = await offered(source);
    await expect(bytesOf(file)).rejects.toMatchObject({ reason: 'timeout' });
  });

  test('that ends a chunked file too early, or says too little of its length, offers no whole', async () => {
    server.answer = (request, response) => {
      response.writeHead(200, { etag: '"chunked"' });
      response.write(numbers, () => request.socket.destroy());
    };
    const [file] = await offered(harness.source);
    await expect(bytesOf(file)).rejects.toMatchObject({ reason: 'broken-off' });
    server.answer = (request, response) => {
      response.useChunkedEncodingByDefault = false;
      response.writeHead(200, { connection: 'close' });
      response.write(numbers);
      request.socket.end();
    };
    expect(await poll()).toMatchObject({ outcome: 'unavailable', reason: 'unframed' });
  });

  test('stops in the middle when the process does', async () => {
    const stop = new AbortController();
    server.answer = (_, response) => void response.writeHead(200, { 'content-length': '100' }).write(numbers);
    const answer = await harness.source.poll(new Map(), stop.signal);
    const reading = bytesOf(answer.outcome === 'offered' ? answer.files[0] : undefined);
    stop.abort();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });
});

test.each([
  ['8.8.8.8', true],
  ['2606:4700:4700::1111', true],
  ['10.1.2.3', false],
  ['172.20.0.1', false],
  ['192.168.1.1', false],
  ['127.0.0.1', false],
  ['169.254.169.254', false],
  ['100.64.0.1', false],
  ['0.0.0.0', false],
  ['::1', false],
  ['::', false],
  ['fe80::1', false],
  ['fd00::1', false],
  ['::ffff:10.0.0.1', false],
  ['::ffff:8.8.8.8', true],
  ['64:ff9b::a00:1', false],
  ['2002:a00:1::', false],
  ['localhost', false],
])('%s is an address of the open internet: %s', (address, open) => {
  expect(isPublicAddress(address)).toBe(open);
});
