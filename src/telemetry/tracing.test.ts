import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { statement } from '../database/transaction.ts';
import { defineJob } from '../jobs/queue.ts';
import { enqueue } from '../jobs/enqueue.ts';
import { createTestDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { startTestHttp } from '../testing/http-server.ts';
import type { TestHttp } from '../testing/http-server.ts';
import { parseTraceparent, startTracing } from './tracing.ts';

/** A span as OTLP/HTTP with JSON carries it, as far as this test looks. */
interface SentSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
}

const received: SentSpan[] = [];
const collector = createServer((req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString()) as {
      resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[];
    };
    received.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)));
    res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
});

let database: TestDatabase;
let server: TestHttp;

const job = defineJob<{ n: number }>('testTracedJob');
const findOne = statement<{ one: number }>('test.find_one', 'select 1 as one where $1 <> 2');
const readJobs = statement<{ payload: { traceparent?: string } }>(
  'test.read_jobs',
  'select payload from graphile_worker._private_jobs',
);

beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  database = await createTestDatabase();
  server = await startTestHttp(database.database, {
    listBonusCampaigns: async () => {
      await database.database.query(findOne, [1]);
      await database.database.transaction((tx) => enqueue(tx, job, { n: 1 }));
      return { status: 200, body: { items: [], nextCursor: null } };
    },
  });
});

afterAll(async () => {
  await server.close();
  await database.close();
  await new Promise((resolve) => collector.close(resolve));
});

const trace = '0af7651916cd43dd8448eb211c80319c';
const parent = 'b7ad6b7169203331';

async function traced(ratio: number): Promise<void> {
  received.length = 0;
  const { port } = collector.address() as AddressInfo;
  const stop = await startTracing({ endpoint: `http://127.0.0.1:${port}/`, ratio, serviceVersion: '1.2.3' });
  const answer = await server.request('GET', '/api/v1/bonus-campaigns?limit=7', {
    token: server.token(['campaigns:read']),
    headers: { traceparent: `00-${trace}-${parent}-01` },
  });
  expect(answer.status).toBe(200);
  await server.logged(String(answer.headers.get('x-request-id')));
  await stop();
}

test('a sampled request is one span with its statements below it, and its trace goes into jobs', async () => {
  await traced(1);
  const root = received.find(({ name }) => name === 'listBonusCampaigns');
  expect(root).toMatchObject({ traceId: trace, parentSpanId: parent, kind: 2 });
  const attributes = Object.fromEntries(
    (root?.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]]),
  );
  expect(attributes).toEqual({
    'http.route': '/api/v1/bonus-campaigns',
    'http.request.method': 'GET',
    'http.response.status_code': 200,
  });
  const query = received.find(({ name }) => name === 'test.find_one');
  expect(query).toMatchObject({ traceId: trace, parentSpanId: root?.spanId });
  expect(JSON.stringify(query)).not.toContain('select');
  const [queued] = await database.owner.query(readJobs);
  const carried = parseTraceparent(queued?.payload.traceparent);
  expect(carried).toMatchObject({ traceId: trace, sampled: true });
});

test('nothing is made for a request that is not sampled, whatever a stranger asks for', async () => {
  await traced(0);
  expect(received).toEqual([]);
});

test('without a collector the trace is still passed on, unrecorded', async () => {
  await database.owner.query(statement('', 'delete from graphile_worker._private_jobs'));
  const stop = await startTracing({ endpoint: undefined, ratio: 1, serviceVersion: '1.2.3' });
  await server.request('GET', '/api/v1/bonus-campaigns', { token: server.token(['campaigns:read']) });
  await stop();
  const [queued] = await database.owner.query(readJobs);
  expect(queued?.payload.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
});

test.each([
  ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', true],
  ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00', false],
  ['00-00000000000000000000000000000000-b7ad6b7169203331-01', null],
  ['00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01', null],
  ['01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', null],
  ['00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01', null],
  ['', null],
])('%s is sampled: %s', (header, sampled) => {
  expect(parseTraceparent(header)?.sampled ?? null).toBe(sampled);
});
