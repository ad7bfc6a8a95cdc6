import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stringFormats } from './formats.ts';

function matches(format: string, text: string): boolean {
  const pattern = stringFormats[format];
  if (pattern === undefined) throw new Error(`There is no format ${format}.`);
  return pattern.test(text);
}

test('a date is exactly a day of the calendar', () => {
  const digits = (value: number, width: number) => String(value).padStart(width, '0');
  const field = (max: number) => fc.integer({ min: 0, max });
  fc.assert(
    fc.property(field(9999), field(13), field(32), (year, month, day) => {
      const exists =
        year >= 1 &&
        month >= 1 &&
        month <= 12 &&
        day >= 1 &&
        day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
      expect(matches('date', `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`)).toBe(exists);
    }),
    { numRuns: 5000 },
  );
});

describe('formats', () => {
  const table: [format: string, text: string, valid: boolean][] = [
    ['date', '2024-02-29', true],
    ['date', '2023-02-29', false],
    ['date', '1900-02-29', false],
    ['date', '2000-02-29', true],
    ['date', '2026-02-31', false],
    ['date', '0000-01-01', false],
    ['date-time', '2026-11-21T10:15:30Z', true],
    ['date-time', '2026-11-21T10:15:30.123456+03:30', true],
    ['date-time', '2026-11-21T10:15:30.1234567Z', false],
    ['date-time', '2026-11-21 10:15:30Z', false],
    ['date-time', '2026-11-21T10:15:30', false],
    ['date-time', '2026-11-21T24:00:00Z', false],
    ['date-time', '2026-12-31T23:59:60Z', false],
    ['date-time', '2026-11-21t10:15:30z', false],
    ['date-time', '2026-11-21T10:15:30-15:59', true],
    ['date-time', '2026-11-21T10:15:30+16:00', false],
    ['date-time', '2026-11-21T10:15:30-22:15', false],
    ['uuid', '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90', true],
    ['uuid', '01939C2E-7A4B-7C31-9A52-0D6F2C1B8E90', true],
    ['uuid', '01939c2e7a4b7c319a520d6f2c1b8e90', false],
    ['uuid', '{01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90}', false],
    ['email', 'sara@example.com', true],
    ['email', "o'hara+tag@mail.example.co", true],
    ['email', 'sara@localhost', false],
    ['email', 'sara@-example.com', false],
    ['email', '.sara@example.com', false],
    ['email', 'sa..ra@example.com', false],
    ['email', 'sara@example.com\n', false],
    ['email', `${'x'.repeat(65)}@example.com`, false],
    ['uri', 'https://example.com/a?b=c#d', true],
    ['uri', '/a', false],
    ['uri', 'https://example.com/a b', false],
    ['uri-reference', '/problems/not-found', true],
    ['uri-reference', 'a\0', false],
  ];

  test.each(table)('%s takes %j: %s', (format, text, valid) => {
    expect(matches(format, text)).toBe(valid);
  });

  test.each(Object.keys(stringFormats))('%s answers hostile text at once', (format) => {
    const hostile = [
      'a'.repeat(50_000),
      `${'a.'.repeat(25_000)}@`,
      `a@${'a.'.repeat(25_000)}`,
      `a@${'a-'.repeat(25_000)}`,
      '2'.repeat(50_000),
    ];
    const tries = Array.from({ length: 5 }, () => {
      const started = performance.now();
      for (const text of hostile) matches(format, text);
      return performance.now() - started;
    });
    expect(Math.min(...tries)).toBeLessThan(200);
  });
});
