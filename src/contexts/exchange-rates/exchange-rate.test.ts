import { describe, expect, it } from '@jest/globals';
import { readRate } from '../../shared/rate.ts';
import type { Rate } from '../../shared/rate.ts';
import { isJump, isStale } from './exchange-rate.ts';
import { isDue } from './rate-fetch.ts';
import type { RateState } from './rate-fetch.ts';

const rate = (text: string): Rate => readRate(text) ?? 0n;

describe('isJump', () => {
  it.each([
    ['1', '1.2', 1, false],
    ['1', '1.200000000001', 1, true],
    ['1.2', '1', 1, false],
    ['1.200000000001', '1', 1, true],
    ['100', '1', 1, true],
    ['1', '100', 30, true],
    ['1', '1.44', 2, false],
    ['1', '1.45', -2, true],
    ['1', '1.3', 0, true],
    ['1', '2.48832', 300, false],
    ['1', '2.5', 300, true],
  ])('%s to %s in %i days: %s', (reference, now, days, jump) => {
    expect(isJump(rate(reference), rate(now), days)).toBe(jump);
  });
});

describe('isStale', () => {
  it.each([
    // Maundy Thursday's rates on the Tuesday after Easter.
    ['2026-04-02', '2026-04-07', false],
    ['2026-04-02', '2026-04-08', true],
    ['2026-04-02', '2026-04-02', false],
  ])('%s on %s: %s', (asOf, day, stale) => {
    expect(isStale(asOf, day)).toBe(stale);
  });
});

describe('isDue', () => {
  const now = new Date('2026-11-20T12:00:00Z');
  const ended = (minutes: number, outcome: 'stored' | 'failed' | 'unchanged'): RateState['last'] => ({
    outcome,
    endedAt: new Date(now.getTime() - minutes * 60_000),
  });
  it.each<[string, RateState, boolean]>([
    ['nobody was ever asked', { asOf: null, last: null }, true],
    ["today's rates are there", { asOf: '2026-11-20', last: ended(600, 'stored') }, false],
    ["yesterday's were asked for just now", { asOf: '2026-11-19', last: ended(60, 'unchanged') }, false],
    ["yesterday's were asked for four hours ago", { asOf: '2026-11-19', last: ended(240, 'unchanged') }, true],
    ['a failure is just over', { asOf: '2026-11-19', last: ended(29, 'failed') }, false],
    ['a failure is half an hour ago', { asOf: '2026-11-19', last: ended(30, 'failed') }, true],
  ])('%s', (_, state, due) => {
    expect(isDue(state, now, '2026-11-20')).toBe(due);
  });
});
