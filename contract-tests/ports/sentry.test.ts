import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { context, trace } from '@opentelemetry/api';
import { createSentryErrorTracker } from '../../adapters/error-tracker/sentry.ts';
import type { ErrorTracker } from '../../src/ports/error-tracker.ts';
import { until } from '../../src/testing/until.ts';
import { somewhere, testErrorTracker } from './error-tracker.suite.ts';
import type { TrackerHarness } from './error-tracker.suite.ts';
import { startSentrySimulator } from './simulators/sentry-simulator.ts';
import type { SentryEvent, SentrySimulator } from './simulators/sentry-simulator.ts';

let simulator: SentrySimulator;
let tracker: ErrorTracker;

beforeEach(async () => {
  simulator = await startSentrySimulator();
  tracker = await createSentryErrorTracker({ dsn: simulator.dsn, release: '1.2.3', timeoutMilliseconds: 300 });
});

afterEach(async () => {
  await tracker.close(1_000);
  await simulator.close();
});

testErrorTracker((): TrackerHarness => ({
  tracker,
  kept: () => Promise.resolve(simulator.events.map(keptOf)),
  fail: (how) => {
    simulator.trouble = how;
    return Promise.resolve();
  },
  close: () => simulator.close(),
}));

function keptOf(event: SentryEvent): Awaited<ReturnType<TrackerHarness['kept']>>[number] {
  const [exception] = event.exception.values;
  return {
    name: exception?.type ?? '',
    message: exception?.value ?? '',
    fatal: event.level === 'fatal',
    operation: event.tags['operation'] ?? null,
    job: event.tags['job'] ?? null,
    requestId: event.tags['request_id'] ?? null,
    traceId: simulator.raw.includes('b7ad6b7169203331') ? (event.contexts.trace?.['trace_id'] ?? null) : null,
    userId: event.user?.['id'] ?? null,
    at: Math.round(event.timestamp * 1_000),
  };
}

test('the event is grouped by its frames, and named by operation and release', async () => {
  tracker.report({ ...somewhere, at: new Date() });
  const event = await until(() => simulator.events[0]);
  expect(event.exception.values[0]?.stacktrace?.frames.at(-1)).toMatchObject({ function: 'creditBonusChunk' });
  expect(event).toMatchObject({ release: 'portico@1.2.3', transaction: 'createBonusImport' });
  expect(simulator.refused).toEqual([]);
});

test('nothing leaves that no report holds: no host, no modules, no environment, no address', async () => {
  tracker.report({ ...somewhere, at: new Date() });
  const event = await until(() => simulator.events[0]);
  expect(Object.keys(event).sort()).toEqual(
    [
      ...[
        'contexts',
        'environment',
        'event_id',
        'exception',
        'level',
        'platform',
        'release',
        'sdk',
        'tags',
        'timestamp',
      ],
      ...['transaction', 'user'],
    ].sort(),
  );
  expect(event.user).toEqual({ id: somewhere.userId });
});

test('a quota that is used up is respected: nothing is asked again meanwhile', async () => {
  simulator.trouble = 'throttle';
  tracker.report({ ...somewhere, at: new Date() });
  await until(() => simulator.answered === 1);
  // Whoever has read this answer has read the one before.
  await (await fetch(new URL('/', simulator.dsn.replace(/\w+@/, '')))).text();
  simulator.trouble = 'none';
  tracker.report({ ...somewhere, at: new Date() });
  await tracker.close(1_000);
  expect(simulator.events).toEqual([]);
  expect(simulator.requests).toBe(2);
});

test('it registers nothing with OpenTelemetry: our tracing stays the only one', async () => {
  const span = trace.getTracer('test').startSpan('x');
  expect(span.isRecording()).toBe(false);
  // A registered context manager would give back what it was given.
  const seen = context.with(trace.setSpan(context.active(), span), () => trace.getSpan(context.active()));
  expect(seen).toBeUndefined();
  expect(process.listenerCount('uncaughtException')).toBe(0);
});
