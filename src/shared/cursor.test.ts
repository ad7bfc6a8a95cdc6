import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createCursors, pageOf, type CursorPosition, type CursorScope } from './cursor.ts';
import { Problem } from './problem.ts';

const cursors = createCursors(Buffer.alloc(32, 7));

const scopes: fc.Arbitrary<CursorScope> = fc.record({
  operation: fc.string({ minLength: 1 }),
  filters: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))),
});
const positions: fc.Arbitrary<CursorPosition> = fc.record({
  key: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant(null)),
  id: fc.uuid(),
});

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('cursors', () => {
  test('give back the position they were made from, in the form the contract allows', () => {
    fc.assert(
      fc.property(scopes, positions, (scope, position) => {
        const cursor = cursors.encode(scope, position);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(cursors.decode(scope, cursor)).toEqual(position);
      }),
    );
  });

  test('do not depend on the order of filters nor on absent ones', () => {
    const cursor = cursors.encode({ operation: 'listX', filters: { a: 1, b: 'x' } }, { key: 'k', id: 'i' });
    expect(cursors.decode({ operation: 'listX', filters: { b: 'x', c: undefined, a: 1 } }, cursor).id).toBe('i');
  });

  test('are refused for any other scope', () => {
    fc.assert(
      fc.property(scopes, scopes, positions, (mine, other, position) => {
        fc.pre(JSON.stringify(sorted(mine)) !== JSON.stringify(sorted(other)));
        expect(refusal(() => cursors.decode(other, cursors.encode(mine, position)))).toBe('invalid-cursor');
      }),
    );
  });

  test('tell a filter that is 1 from one that is "1"', () => {
    const cursor = cursors.encode({ operation: 'listX', filters: { a: 1 } }, { key: null, id: 'i' });
    expect(refusal(() => cursors.decode({ operation: 'listX', filters: { a: '1' } }, cursor))).toBe('invalid-cursor');
  });

  test('are refused after a change of any character', () => {
    fc.assert(
      fc.property(
        scopes,
        positions,
        fc.nat(),
        fc.constantFrom('A', 'b', '0', '-', '_', ''),
        (scope, position, at, other) => {
          const cursor = cursors.encode(scope, position);
          const index = at % cursor.length;
          const changed = cursor.slice(0, index) + other + cursor.slice(index + 1);
          fc.pre(changed !== cursor);
          expect(refusal(() => cursors.decode(scope, changed))).toBe('invalid-cursor');
        },
      ),
    );
  });

  test('are refused when they are any text at all, or made with another key', () => {
    fc.assert(
      fc.property(scopes, fc.string(), (scope, text) => {
        expect(refusal(() => cursors.decode(scope, text))).toBe('invalid-cursor');
      }),
    );
    const foreign = createCursors(Buffer.alloc(32, 8)).encode({ operation: 'listX' }, { key: 'k', id: 'i' });
    expect(refusal(() => cursors.decode({ operation: 'listX' }, foreign))).toBe('invalid-cursor');
  });
});

describe('a page', () => {
  const rows = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];

  test('continues after its last item when there is more', () => {
    expect(pageOf(rows, 2, (row) => `after ${row.id}`)).toEqual({ items: rows.slice(0, 2), nextCursor: 'after b' });
  });

  test.each([3, 4])('ends when no row is left (limit %i)', (limit) => {
    expect(pageOf(rows, limit, () => 'more')).toEqual({ items: rows, nextCursor: null });
  });

  test('of nothing is empty', () => {
    expect(pageOf([], 20, () => 'more')).toEqual({ items: [], nextCursor: null });
  });
});

function sorted({ operation, filters }: CursorScope): unknown {
  return [operation, Object.entries(filters ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))];
}
