import { expect, test } from '@jest/globals';
import type { ErrorReport, ErrorTracker } from '../ports/error-tracker.ts';
import { withCorrelation } from './correlation.ts';
import { createErrorReports } from './error-reports.ts';

function track(now: () => number = () => 0): {
  readonly reports: ErrorReport[];
  readonly results: string[];
  readonly report: ReturnType<typeof createErrorReports>;
} {
  const reports: ErrorReport[] = [];
  const results: string[] = [];
  const tracker: ErrorTracker = {
    name: 'test',
    report: (report) => void reports.push(report),
    close: () => Promise.resolve(),
  };
  const report = createErrorReports(tracker, { now, observer: (result) => void results.push(result) });
  return { reports, results, report };
}

test('a report knows its request and the causes, and no personal data', () => {
  const { reports, report } = track();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const cause = new Error('+989121234567 is blocked');
  withCorrelation({ requestId: 'r-1', correlationId: 'c-1', traceparent }, () =>
    report(new TypeError('no mail to sara@example.com', { cause }), { operation: 'createSession', userId: 'u-1' }),
  );
  const [first] = reports;
  expect(first).toMatchObject({
    ...{
      name: 'TypeError',
      message: 'no mail to s***@example.com',
      fatal: false,
      operation: 'createSession',
      job: null,
    },
    ...{ requestId: 'r-1', correlationId: 'c-1', traceparent, userId: 'u-1' },
  });
  expect(first?.stack).toContain('error-reports.test.ts');
  expect(first?.stack).toContain('Caused by: Error: +***4567 is blocked');
  expect(JSON.stringify(first)).not.toMatch(/sara@|1234567/);
});

test('whatever is thrown can be reported', () => {
  const { reports, report } = track();
  for (const thrown of [undefined, null, 'text', 7, { a: 1 }]) report(thrown, {});
  expect(reports).toHaveLength(5);
});

test('the same failure is told five times a minute, others still get through, up to sixty', () => {
  let now = 0;
  const { reports, results, report } = track(() => now);
  for (let n = 0; n < 50; n += 1) report(new Error('x'), { operation: 'getWallet' });
  expect(reports).toHaveLength(5);
  for (let n = 0; n < 100; n += 1) report(new Error('x'), { operation: `other${n}` });
  expect(reports).toHaveLength(60);
  expect(results.filter((result) => result === 'dropped')).toHaveLength(90);
  report(new Error('x'), { fatal: true });
  expect(reports.at(-1)?.fatal).toBe(true);
  now = 60_000;
  report(new Error('x'), { operation: 'getWallet' });
  expect(reports).toHaveLength(62);
});
