import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nextAfter, occurrenceOn } from './recurrence.ts';
import type { Recurrence } from './recurrence.ts';

const every = (startsOn: string, unit: Recurrence['unit'], interval = 1, endsOn: string | null = null): Recurrence => ({
  ...{ startsOn, unit, every: interval, endsOn },
});

describe('occurrenceOn', () => {
  it.each<[Recurrence, (string | null)[]]>([
    [every('2026-01-31', 'month'), ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30']],
    [every('2023-12-31', 'month', 2), ['2023-12-31', '2024-02-29', '2024-04-30', '2024-06-30']],
    [every('2024-02-29', 'year'), ['2024-02-29', '2025-02-28', '2026-02-28', '2027-02-28', '2028-02-29']],
    [every('2026-12-28', 'week', 2), ['2026-12-28', '2027-01-11', '2027-01-25']],
    [every('2026-02-27', 'day', 3), ['2026-02-27', '2026-03-02']],
    [every('2026-01-31', 'month', 1, '2026-03-30'), ['2026-01-31', '2026-02-28', null]],
    [every('9999-12-30', 'day'), ['9999-12-30', '9999-12-31', null, null]],
    [every('0099-01-31', 'month'), ['0099-01-31', '0099-02-28']],
  ])('of %o are %o', (recurrence, days) => {
    expect(days.map((_, n) => occurrenceOn(recurrence, n))).toEqual(days);
  });
});

describe('nextAfter', () => {
  it('finds what comes after a day, as counting from the first would', () => {
    const units = fc.constantFrom<Recurrence['unit']>('day', 'week', 'month', 'year');
    const start = fc.date({ min: new Date('2000-01-01'), max: new Date('2030-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(start, units, fc.integer({ min: 1, max: 20 }), fc.nat(3_000), (first, unit, interval, days) => {
        const recurrence = every(first.toISOString().slice(0, 10), unit, interval);
        const after = new Date(Date.parse(recurrence.startsOn) + days * 86_400_000).toISOString().slice(0, 10);
        let number = 0;
        while ((occurrenceOn(recurrence, number) ?? '9') <= after) number += 1;
        expect(nextAfter(recurrence, after)).toEqual({ number, day: occurrenceOn(recurrence, number) });
      }),
    );
  });

  it('is the first day before there was one', () => {
    expect(nextAfter(every('2026-05-01', 'month'), null)).toEqual({ number: 0, day: '2026-05-01' });
    expect(nextAfter(every('2026-05-01', 'month'), '2026-04-30')).toEqual({ number: 0, day: '2026-05-01' });
    expect(nextAfter(every('2026-05-01', 'month'), '2026-05-01')).toEqual({ number: 1, day: '2026-06-01' });
  });
});
