import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SpanKind } from '@opentelemetry/api';
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { statement } from '../database/transaction.ts';
import { defineJob } from '../jobs/queue.ts';
import { enqueue } from '../jobs/enqueue.ts';
import { createTestDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { startTestHttp } from '../testing/http-server.ts';
import type { TestHttp } from '../testing/http-server.ts';
import { withCorrelation } from './correlation.ts';
import type { SamplingOptions } from './sampling.ts';
import { parseTraceparent } from './traceparent.ts';
import { beginTrace, startTracing, traceCall } from './tracing.ts';

const exporter = new InMemorySpanExporter();
// Its own forgets everything.
exporter.shutdown = () => Promise.resolve();
const received = (): ReadableSpan[] => exporter.getFinishedSpans();

let database: TestDatabase;
let server: TestHttp;

const job = defineJob<{ n: number }>('testTracedJob');
const findOne = statement<{ one: number }>('test.find_one', 'select 1 as one where $1 <> 2');
const readJobs = statement<{ payload: { traceparent?: string } }>(
  'test.read_jobs',
  'select payload from graphile_worker._private_jobs',
);

beforeAll(async () => {
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
});

const trace = '0af7651916cd43dd8448eb211c80319c';
const parent = 'b7ad6b7169203331';

const options = { endpoint: undefined, exporter, serviceVersion: '1.2.3' } as const;

async function traced(sampling: SamplingOptions): Promise<void> {
  exporter.reset();
  const stop = await startTracing({ ...options, ...sampling });
  const answer = await server.request('GET', '/api/v1/bonus-campaigns?limit=7', {
    token: server.token(['campaigns:read']),
    headers: { traceparent: `00-${trace}-${parent}-01` },
  });
  expect(answer.status).toBe(200);
  await server.logged(String(answer.headers.get('x-request-id')));
  await stop();
}

test('a sampled request is one span with its statements below it, and its trace goes into jobs', async () => {
  await traced({ sampler: 'parentbased_traceidratio', ratio: 0 });
  const root = received().find(({ name }) => name === 'listBonusCampaigns');
  expect(root?.spanContext().traceId).toBe(trace);
  expect(root?.parentSpanContext?.spanId).toBe(parent);
  expect(root?.kind).toBe(SpanKind.SERVER);
  expect(root?.attributes).toEqual({
    'http.route': '/api/v1/bonus-campaigns',
    'http.request.method': 'GET',
    'http.response.status_code': 200,
  });
  const query = received().find(({ name }) => name === 'test.find_one');
  expect(query?.spanContext().traceId).toBe(trace);
  expect(query?.parentSpanContext?.spanId).toBe(root?.spanContext().spanId);
  expect(JSON.stringify(query?.attributes)).not.toContain('select');
  const [queued] = await database.owner.query(readJobs);
  const carried = parseTraceparent(queued?.payload.traceparent);
  expect(carried).toMatchObject({ traceId: trace, sampled: true });
});

const asked = { requestId: 'r', correlationId: 'c', traceparent: '' };
const origin = `00-${trace}-${parent}-01`;

test('a call that a batch makes for another trace belongs to that trace and names the batch', async () => {
  exporter.reset();
  const stop = await startTracing({ ...options, sampler: 'traceidratio', ratio: 1 });
  const root = { name: 'sendMessages', kind: SpanKind.CONSUMER, parent: null, sampled: true, attributes: {} };
  const batch = beginTrace({ ...root, requestId: 'r' });
  const passedOn = await withCorrelation(
    { ...asked, traceparent: batch.traceparent, ...(batch.span === undefined ? {} : { span: batch.span }) },
    async () => {
      const call = await traceCall('sms:test', origin, async (traceparent) => ({ outcome: 'unknown', traceparent }));
      await traceCall('sms:test', undefined, async () => ({ outcome: 'accepted' }));
      return call.traceparent;
    },
  );
  batch.span?.end();
  await stop();
  const calls = received().filter(({ name }) => name === 'send sms:test');
  expect(calls).toHaveLength(1);
  const [call] = calls;
  expect(call?.kind).toBe(SpanKind.CLIENT);
  expect(call?.parentSpanContext).toMatchObject({ traceId: trace, spanId: parent });
  expect(call?.links.map(({ context }) => context)).toEqual([batch.span?.spanContext()]);
  expect(call?.attributes).toEqual({ 'portico.vendor': 'sms:test', 'portico.outcome': 'unknown' });
  expect(passedOn).toBe(`00-${trace}-${String(call?.spanContext().spanId)}-01`);
});

test('nothing is made for a request that is not sampled, whatever a stranger asks for', async () => {
  await traced({ sampler: 'traceidratio', ratio: 0 });
  expect(received()).toEqual([]);
});

test('without a collector the trace is still passed on, unrecorded', async () => {
  await database.owner.query(statement('', 'delete from graphile_worker._private_jobs'));
  const stop = await startTracing({ endpoint: undefined, serviceVersion: '1.2.3', sampler: 'traceidratio', ratio: 1 });
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
