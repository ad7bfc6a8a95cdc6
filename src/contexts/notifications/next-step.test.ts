import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SendOutcome } from '../../ports/send-outcome.ts';
import { MAX_ATTEMPTS, backoff, nextStep } from './next-step.ts';
import type { AttemptContext } from './next-step.ts';

const now = new Date('2026-11-21T10:00:00Z');
const first: AttemptContext = {
  class: 'transactional',
  deadline: new Date('2026-11-22T10:00:00Z'),
  attempts: 1,
  provider: 'a',
  deduplicates: false,
  nextProvider: null,
  resend: false,
  now,
  chance: 0,
};
const refusedForNow: SendOutcome = { outcome: 'unavailable', code: 'down', detail: '' };
const lost: SendOutcome = { outcome: 'unknown', detail: '' };

function secondsUntil(moment: Date | null): number | null {
  return moment === null ? null : (moment.getTime() - now.getTime()) / 1000;
}

describe('the step after an attempt', () => {
  test('accepted is sent, and waits 72 hours for a report', () => {
    const step = nextStep({ outcome: 'accepted', providerMessageId: 'x' }, first);
    expect(step).toMatchObject({ state: 'sent', settledAt: null, counts: true });
    expect(secondsUntil(step.wakeAt)).toBe(72 * 3600);
  });

  test('rejected is dead for that reason', () => {
    const step = nextStep({ outcome: 'rejected', code: 'invalid-number', detail: '' }, first);
    expect(step).toMatchObject({ state: 'dead', reason: 'invalid-number', settledAt: now, nextAttemptAt: null });
  });

  test('a pause the provider asks for is obeyed to the second and costs no attempt', () => {
    const step = nextStep({ outcome: 'throttled', retryAfterSeconds: 300 }, { ...first, attempts: MAX_ATTEMPTS });
    expect(step).toMatchObject({ state: 'retry_wait', counts: false });
    expect(secondsUntil(step.nextAttemptAt)).toBe(300);
  });

  test('what was certainly not sent goes to the next provider at once', () => {
    for (const outcome of [refusedForNow, { outcome: 'throttled', retryAfterSeconds: 300 } as const]) {
      const step = nextStep(outcome, { ...first, nextProvider: 'b' });
      expect(step).toMatchObject({ state: 'retry_wait', route: 'b', nextAttemptAt: now });
    }
  });

  test('an unknown fate never leads to another provider', () => {
    const step = nextStep(lost, { ...first, nextProvider: 'b' });
    expect(step).toMatchObject({ state: 'unknown', route: null, nextAttemptAt: null });
    expect(secondsUntil(step.wakeAt)).toBe(72 * 3600);
  });

  test('a provider that deduplicates is asked again, itself', () => {
    const step = nextStep(lost, { ...first, deduplicates: true, nextProvider: 'b' });
    expect(step).toMatchObject({ state: 'unknown', route: 'a', wakeAt: null });
    expect(secondsUntil(step.nextAttemptAt)).toBe(5);
  });

  test('"not sent" about a second asking does not settle the first call', () => {
    const context = { ...first, deduplicates: true, resend: true, nextProvider: 'b' };
    expect(nextStep(refusedForNow, context)).toMatchObject({ state: 'unknown', route: 'a' });
    expect(nextStep(refusedForNow, { ...context, attempts: MAX_ATTEMPTS })).toMatchObject({
      state: 'unknown',
      route: null,
    });
  });

  test('attempts and the deadline end it', () => {
    expect(nextStep(refusedForNow, { ...first, attempts: MAX_ATTEMPTS })).toMatchObject({
      state: 'dead',
      reason: 'down',
    });
    const late = { ...first, deadline: new Date(now.getTime() + 5000) };
    expect(nextStep(refusedForNow, late)).toMatchObject({ state: 'dead', reason: 'deadline' });
    expect(nextStep({ outcome: 'throttled', retryAfterSeconds: 5 }, late)).toMatchObject({
      reason: 'deadline',
      counts: false,
    });
    expect(nextStep(lost, { ...late, deduplicates: true })).toMatchObject({ state: 'unknown', nextAttemptAt: null });
  });

  test('no attempt is ever planned at or after the deadline, and unknown never becomes dead', () => {
    const outcomes: fc.Arbitrary<SendOutcome> = fc.oneof(
      fc.constant(lost),
      fc.constant(refusedForNow),
      fc.record({ outcome: fc.constant('throttled' as const), retryAfterSeconds: fc.nat(100_000) }),
    );
    fc.assert(
      fc.property(
        outcomes,
        fc.constantFrom('otp', 'transactional', 'marketing'),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 200_000 }),
        fc.boolean(),
        fc.boolean(),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (outcome, messageClass, attempts, life, deduplicates, resend, chance) => {
          const deadline = new Date(now.getTime() + life * 1000);
          const step = nextStep(outcome, {
            ...first,
            class: messageClass,
            attempts,
            deadline,
            deduplicates,
            resend,
            chance,
          });
          if (step.nextAttemptAt !== null) {
            expect(step.nextAttemptAt.getTime()).toBeLessThan(deadline.getTime());
            expect(attempts < MAX_ATTEMPTS || !step.counts).toBe(true);
          }
          if (outcome.outcome === 'unknown' || resend) expect(step.state).toBe('unknown');
        },
      ),
    );
  });

  test('waits grow up to a cap, and spread over their upper half', () => {
    const wait = (attempts: number, chance = 0): number => backoff({ class: 'transactional', attempts, chance }) / 1000;
    expect([1, 2, 3, 4, 5, 6, 7].map((attempts) => wait(attempts))).toEqual([5, 20, 80, 320, 1280, 3600, 3600]);
    expect(wait(1, 0.999)).toBeCloseTo(2.5, 1);
    expect(backoff({ class: 'otp', attempts: 8, chance: 0 })).toBe(15_000);
  });
});
