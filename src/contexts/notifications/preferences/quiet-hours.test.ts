import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { firstOpen, openAt, readQuietHours } from './quiet-hours.ts';
import type { QuietHours, Sleeper } from './quiet-hours.ts';
import { localeOfPhone, zonesOf } from './time-zones.ts';

const night: QuietHours = { from: 21 * 60, until: 9 * 60 };
const open = (from: string, zones: readonly string[], quiet = night): string =>
  firstOpen(new Date(from), quiet, zones).toISOString();

describe('the first open moment', () => {
  test.each([
    ['by day is now', '2026-11-21T12:34:56.789Z', ['UTC'], '2026-11-21T12:34:56.789Z'],
    ['before midnight is the next morning', '2026-11-21T22:00:30Z', ['UTC'], '2026-11-22T09:00:00.000Z'],
    ['after midnight is this morning', '2026-11-22T08:59:59Z', ['UTC'], '2026-11-22T09:00:00.000Z'],
    ['is at the very end of the quiet hours', '2026-11-22T09:00:00Z', ['UTC'], '2026-11-22T09:00:00.000Z'],
    ['is by the clock of the zone', '2026-11-21T17:30:00Z', ['Asia/Tehran'], '2026-11-22T05:30:00.000Z'],
    [
      'counts a night in which clocks go forward',
      '2026-03-28T22:00:00Z',
      ['Europe/Berlin'],
      '2026-03-29T07:00:00.000Z',
    ],
    ['counts a night in which clocks go back', '2026-10-24T22:00:00Z', ['Europe/Berlin'], '2026-10-25T08:00:00.000Z'],
    [
      'is morning in all zones',
      '2026-11-21T15:00:00Z',
      ['America/New_York', 'America/Los_Angeles'],
      '2026-11-21T17:00:00.000Z',
    ],
  ])('%s', (_, from, zones, expected) => {
    expect(open(from, zones)).toBe(expected);
  });

  test('is after the gap when the end of the quiet hours is skipped', () => {
    const quiet = { from: 22 * 60, until: 2 * 60 + 30 };
    // 02:00 becomes 03:00: there is no 02:30.
    expect(open('2026-03-29T00:30:00Z', ['Europe/Berlin'], quiet)).toBe('2026-03-29T01:00:00.000Z');
  });

  test('is found though two zones are never awake together', () => {
    const brief = { from: 10 * 60, until: 9 * 60 };
    expect(open('2026-11-21T12:00:00Z', ['UTC', 'Asia/Tokyo'], brief)).toBe('2026-11-22T09:00:00.000Z');
  });

  const zones = fc.constantFrom(
    'Asia/Tehran',
    'Europe/Berlin',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
  );
  const moments = fc.date({ min: new Date('2024-01-01'), max: new Date('2028-01-01'), noInvalidDate: true });
  const hours = fc
    .record({ from: fc.integer({ min: 0, max: 1439 }), until: fc.integer({ min: 0, max: 1439 }) })
    .filter(({ from, until }) => from !== until);

  test('is never quiet, and the minute before it is, whatever the zone and the day', () => {
    const minuteIn = (at: number, zone: string): number => {
      const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'short' }).format(at);
      const [hour = 0, minute = 0] = clock.split(':').map(Number);
      return hour * 60 + minute;
    };
    const quietAt = (at: number, { from, until }: QuietHours, zone: string): boolean => {
      const minute = minuteIn(at, zone);
      return (minute - from + 1440) % 1440 < (until - from + 1440) % 1440;
    };
    fc.assert(
      fc.property(moments, hours, zones, (from, quiet, zone) => {
        const at = firstOpen(from, quiet, [zone]).getTime();
        expect(at).toBeGreaterThanOrEqual(from.getTime());
        expect(at - from.getTime()).toBeLessThanOrEqual(25 * 3_600_000);
        expect(quietAt(at, quiet, zone)).toBe(false);
        if (at > from.getTime()) expect(quietAt(at - 60_000, quiet, zone)).toBe(true);
      }),
    );
  });
});

describe('a message', () => {
  const plan = { hours: new Map([['marketing' as const, night]]), country: 'IR' };
  const sleeper: Sleeper = {
    ...{ class: 'marketing', category: 'news', channel: 'sms', address: '+989121234567', time_zone: null },
  };
  const late = new Date('2026-11-21T20:00:00Z');
  const at = (changes: Partial<Sleeper>, given: Parameters<typeof openAt>[1] = plan): string =>
    openAt({ ...sleeper, ...changes }, given, late).toISOString();

  test('waits by the clock its recipient told, else by that of the number, else by that of the installation', () => {
    expect(at({ time_zone: 'America/New_York' })).toBe('2026-11-21T20:00:00.000Z');
    expect(at({})).toBe('2026-11-22T05:30:00.000Z');
    expect(at({ address: '+4915112345678' })).toBe('2026-11-22T08:00:00.000Z');
    expect(at({ channel: 'email', address: 'sara@example.com' })).toBe('2026-11-22T05:30:00.000Z');
  });

  test('waits by its category before its class, and a code never does', () => {
    const both = { ...plan, hours: new Map([...plan.hours, ['news' as const, { from: 0, until: 60 }]]) };
    expect(at({}, both)).toBe('2026-11-21T20:00:00.000Z');
    expect(at({ category: 'reminders' }, both)).toBe('2026-11-22T05:30:00.000Z');
    expect(at({ class: 'transactional', category: 'rewards' })).toBe('2026-11-21T20:00:00.000Z');
    const always = {
      ...plan,
      hours: new Map([
        ['transactional' as const, night],
        ['account' as const, night],
      ]),
    };
    expect(at({ class: 'otp', category: null }, always)).toBe('2026-11-21T20:00:00.000Z');
  });
});

test('settings are read, and codes cannot be told to wait', () => {
  expect(readQuietHours('marketing=21:00-09:00')).toEqual(['marketing', night]);
  for (const wrong of ['otp=21:00-09:00', 'marketing=24:00-09:00', 'marketing=09:00-09:00', 'none']) {
    expect(readQuietHours(wrong)).toBeUndefined();
  }
});

test('a number tells its zones and its language', () => {
  const zones = (address: string) => zonesOf({ channel: 'sms', address, time_zone: null }, 'IR');
  expect(zones('+989121234567')).toEqual(['Asia/Tehran']);
  expect(zones('+14155550100').length).toBeGreaterThan(4);
  expect([localeOfPhone('+989121234567'), localeOfPhone('+4915112345678')]).toEqual(['fa-IR', 'de-DE']);
});
