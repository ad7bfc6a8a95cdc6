import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SpanKind } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { withCorrelation } from './correlation.ts';
import { beginTrace, decideSampling, parseTraceparent, startTracing, traceQuery } from './tracing.ts';

const requestId = '01900000-0000-7000-8000-000000000001';
const root = { name: 'getThing', kind: SpanKind.SERVER, attributes: {}, requestId };

describe('Tracing', () => {
  it('makes nothing without a collector', async () => {
    const stop = await startTracing({ endpoint: undefined, ratio: 1, serviceVersion: '1' });
    expect(decideSampling()).toBe(false);
    const { span, traceparent } = beginTrace({ ...root, parent: null, sampled: true });
    expect(span).toBeUndefined();
    expect(traceparent).toBe(`00-${requestId.replaceAll('-', '')}-8000000000000001-00`);
    await stop();
  });

  it('sends the span of a request and of its statements, in the trace that the caller began', async () => {
    const received: string[] = [];
    const collector = createServer((request, response) => {
      void text(request).then((body) => {
        received.push(body);
        response.end('{}');
      });
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const { port } = collector.address() as AddressInfo;
    const stop = await startTracing({ endpoint: `http://127.0.0.1:${port}`, ratio: 1, serviceVersion: '1' });
    const parent = parseTraceparent('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
    const { span, traceparent } = beginTrace({ ...root, parent, sampled: true });
    expect(traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    await withCorrelation({ requestId, correlationId: 'c', traceparent, ...(span === undefined ? {} : { span }) }, () =>
      traceQuery('rewards.get_thing', () => Promise.resolve()),
    );
    span?.end();
    await stop();
    collector.close();
    const sent = received.join();
    expect(sent).toContain('getThing');
    expect(sent).toContain('rewards.get_thing');
    expect(sent).toContain('0af7651916cd43dd8448eb211c80319c');
    expect(decideSampling()).toBe(false);
  });

  it.each(['', '00-00000000000000000000000000000000-b7ad6b7169203331-01', '01-0af7651916cd43dd8448eb211c80319c', 'x'])(
    'takes a malformed traceparent for none: "%s"',
    (header) => {
      expect(parseTraceparent(header)).toBeNull();
    },
  );
});
