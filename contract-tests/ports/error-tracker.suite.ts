import { expect, test } from '@jest/globals';
import type { ErrorReport, ErrorTracker } from '../../src/ports/error-tracker.ts';

/** What the other side of a tracker holds of one report. */
export interface KeptError {
  readonly name: string;
  readonly message: string;
  readonly fatal: boolean;
  readonly operation: string | null;
  readonly job: string | null;
  readonly requestId: string | null;
  readonly traceId: string | null;
  readonly userId: string | null;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** One tracker with the other side of its wire in the test's hands. */
export interface TrackerHarness {
  readonly tracker: ErrorTracker;
  /** What the other side holds, oldest first. */
  kept(): Promise<readonly KeptError[]>;
  /** The other side fails, or is silent, from now on. */
  fail(how: 'fail' | 'fall-silent'): Promise<void>;
  close(): Promise<void>;
}

export const somewhere: Omit<ErrorReport, 'at'> = {
  name: 'TypeError',
  message: 'terms is not iterable',
  stack: 'TypeError: terms is not iterable\n    at creditBonusChunk (/app/src/credit-bonus-chunk.ts:38:3)',
  fatal: false,
  operation: 'createBonusImport',
  job: null,
  requestId: '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90',
  correlationId: 'c-1',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  userId: '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e91',
};

/** What every error tracker must do. */
export function testErrorTracker(harness: () => TrackerHarness): void {
  test('has a name that fits configuration', () => {
    expect(harness().tracker.name).toMatch(/^[a-z]{1,30}$/);
  });

  test('keeps what happened, where, and to whom', async () => {
    const at = new Date('2026-11-21T10:15:30.123Z');
    harness().tracker.report({ ...somewhere, at });
    await harness().tracker.close(5_000);
    expect(await harness().kept()).toEqual([
      {
        name: 'TypeError',
        message: 'terms is not iterable',
        fatal: false,
        operation: 'createBonusImport',
        job: null,
        requestId: somewhere.requestId,
        traceId: '0af7651916cd43dd8448eb211c80319c',
        userId: somewhere.userId,
        at: at.getTime(),
      },
    ]);
  });

  test('takes a report from outside of requests, the worst kind, and strange texts', async () => {
    const nowhere = { operation: null, requestId: null, correlationId: null, traceparent: null, userId: null };
    const message = 'broken \0 text 🎉 "quotes"\nsecond line';
    harness().tracker.report({
      ...somewhere,
      ...nowhere,
      job: 'creditBonusImport',
      fatal: true,
      message,
      at: new Date(),
    });
    await harness().tracker.close(5_000);
    const [kept] = await harness().kept();
    expect(kept).toMatchObject({ job: 'creditBonusImport', fatal: true, requestId: null, userId: null });
    expect(kept?.message).toContain('🎉 "quotes"\nsecond line');
  });

  test('a burst is bounded, and returns at once', async () => {
    const startedAt = performance.now();
    for (let n = 0; n < 5_000; n += 1) {
      harness().tracker.report({ ...somewhere, message: `failure ${n}`, at: new Date() });
    }
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await harness().tracker.close(5_000);
    const kept = await harness().kept();
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThanOrEqual(100);
  });

  test.each(['fail', 'fall-silent'] as const)('the other side may %s: nobody notices', async (how) => {
    await harness().fail(how);
    const startedAt = performance.now();
    for (let n = 0; n < 200; n += 1) harness().tracker.report({ ...somewhere, at: new Date() });
    await harness().tracker.close(500);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(await harness().kept()).toEqual([]);
  });

  test('after its close it takes nothing', async () => {
    await harness().tracker.close(100);
    harness().tracker.report({ ...somewhere, at: new Date() });
    await harness().tracker.close(100);
    expect(await harness().kept()).toEqual([]);
  });
}
