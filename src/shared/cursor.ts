import { createHmac, timingSafeEqual } from 'node:crypto';
import { platformProblems } from './platform-problems.ts';
import { Problem } from './problem.ts';

/** The last row of a page: the list goes on strictly after it. */
export interface CursorPosition {
  /**
   * The sort key as PostgreSQL writes it (`created_at::text`): a `Date` keeps milliseconds only and would skip or repeat
   * rows. Null where the sort key is null.
   */
  readonly key: string | null;
  readonly id: string;
}

/** What a cursor belongs to. Any difference makes it invalid. */
export interface CursorScope {
  /** The operationId of the list. */
  readonly operation: string;
  /** Every filter and the sort in force, and whose list it is where that depends on the caller. */
  readonly filters?: Readonly<Record<string, string | number | boolean | null | undefined>>;
}

export interface Cursors {
  encode(scope: CursorScope, position: CursorPosition): string;
  /** Throws the problem `invalid-cursor` for one that is forged, damaged, or made for another scope. */
  decode(scope: CursorScope, cursor: string): CursorPosition;
}

const macBytes = 16;

/** Cursors that only this key can make: what a caller sends back is a position we once gave out, or it is refused. */
export function createCursors(key: Uint8Array): Cursors {
  function macOf(scope: CursorScope, payload: string): Buffer {
    const filters = Object.entries(scope.filters ?? {})
      .filter(([, value]) => value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const text = JSON.stringify([scope.operation, filters, payload]);
    return createHmac('sha256', key).update(text).digest().subarray(0, macBytes);
  }

  return {
    encode(scope, { key: sortKey, id }) {
      const payload = JSON.stringify([sortKey, id]);
      return Buffer.concat([macOf(scope, payload), Buffer.from(payload)]).toString('base64url');
    },
    decode(scope, cursor) {
      const bytes = Buffer.from(cursor, 'base64url');
      const payload = bytes.subarray(macBytes).toString();
      const genuine =
        bytes.length > macBytes &&
        bytes.toString('base64url') === cursor &&
        timingSafeEqual(bytes.subarray(0, macBytes), macOf(scope, payload));
      if (!genuine) {
        throw new Problem(platformProblems['invalid-cursor'], {
          detail: 'Use nextCursor of the previous page, unchanged, with the same filters; or start again without it.',
          errors: [{ pointer: '?cursor', detail: 'was not given out for this list' }],
        });
      }
      const [sortKey, id] = JSON.parse(payload) as [string | null, string];
      return { key: sortKey, id };
    },
  };
}

export interface Page<Item> {
  readonly items: Item[];
  readonly nextCursor: string | null;
}

/**
 * One page out of rows that were read with `limit + 1`: the extra row tells that there is more, and is not given out.
 *
 * @param cursorAfter makes the cursor that continues after this row.
 */
export function pageOf<Row>(rows: readonly Row[], limit: number, cursorAfter: (last: Row) => string): Page<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? cursorAfter(last) : null };
}
