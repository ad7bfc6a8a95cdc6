import type { Database } from '../../database/transaction.ts';
import { listDeadLetters as readDeadLetters } from '../../jobs/dead-letters.ts';
import type { DeadLetter } from '../../jobs/dead-letters.ts';
import { pageOf } from '../../shared/cursor.ts';
import type { Cursors, Page } from '../../shared/cursor.ts';

export interface DeadLetterQuery {
  readonly task: string | undefined;
  readonly reason: string | undefined;
  /** True: not run again yet; false: run again. */
  readonly open: boolean | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/**
 * One page of dead letters, the latest failure first.
 *
 * @throws Problem 400 `invalid-cursor`
 */
export async function listDeadLetters(
  { database, cursors }: { readonly database: Database; readonly cursors: Cursors },
  { task, reason, open, limit, cursor }: DeadLetterQuery,
): Promise<Page<DeadLetter>> {
  const scope = { operation: 'listDeadLetters', filters: { task, reason, open } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await readDeadLetters(database, {
    task: task ?? null,
    reason: reason ?? null,
    redriven: open === undefined ? null : !open,
    after: after?.key == null ? null : { sortKey: after.key, id: after.id },
    limit: limit + 1,
  });
  return pageOf(rows, limit, (last) => cursors.encode(scope, { key: last.sortKey, id: last.id }));
}
