import { describe, expect, test } from '@jest/globals';
import { judgeChanges, parseAccepted } from './accepted-changes.ts';
import type { AcceptedChange } from './accepted-changes.ts';
import { compareDocuments } from './compare-documents.ts';
import { seededChanges } from './seeded-changes.ts';

const entry: AcceptedChange = {
  operation: 'GET /books/{bookId}',
  kind: 'response',
  about: 'title',
  reason: 'Books without a title exist after all.',
  sunset: '2027-05-21',
};
const change = { operation: 'GET /books/{bookId}', kind: 'response', text: 'the answer 200: `title` is gone' } as const;

describe('judgeChanges', () => {
  test('a break that is listed passes until its day', () => {
    expect(judgeChanges([change], [entry], '2027-05-20')).toEqual([]);
    expect(judgeChanges([change], [entry], '2027-05-21')).toEqual([expect.stringContaining('expired on 2027-05-21')]);
  });

  test('a break that is not listed fails', () => {
    expect(judgeChanges([change], [], '2026-11-21')).toEqual([
      'GET /books/{bookId}: the answer 200: `title` is gone (response)',
    ]);
  });

  test.each<[string, Partial<AcceptedChange>]>([
    ['operation', { operation: 'GET /books' }],
    ['kind', { kind: 'request' }],
    ['field', { about: 'pages' }],
  ])('an entry for another %s accepts nothing, and is a fault itself', (_, other) => {
    expect(judgeChanges([change], [{ ...entry, ...other }], '2026-11-21')).toEqual([
      expect.stringContaining('`title` is gone'),
      expect.stringContaining('matches no change'),
    ]);
  });

  test('an entry for one break does not hide another in the same answer', () => {
    const seeded = seededChanges.find(({ what }) => what === 'a field of an answer is renamed');
    const both = [
      ...(seeded === undefined ? [] : compareDocuments({ old: seeded.before, new: seeded.after }, '2026-11-21')),
      { ...change, text: 'the answer 200: `pages` is gone' },
    ].filter(({ operation }) => operation === entry.operation);
    expect(judgeChanges(both, [entry], '2026-11-21')).toEqual([expect.stringContaining('`pages` is gone')]);
  });
});

describe('parseAccepted', () => {
  test('takes whole entries', () => expect(parseAccepted(JSON.stringify([entry]))).toEqual([entry]));

  test.each<[string, Record<string, unknown>]>([
    ['no reason', { ...entry, reason: ' ' }],
    ['no sunset', { ...entry, sunset: undefined }],
    ['a day that does not exist', { ...entry, sunset: '2027-02-31' }],
    ['an unknown kind', { ...entry, kind: 'anything' }],
    ['a misspelt member', { ...entry, sunsett: '2027-01-01' }],
  ])('refuses an entry with %s', (_, broken) => {
    expect(() => parseAccepted(JSON.stringify([broken]))).toThrow('must have exactly');
  });
});
