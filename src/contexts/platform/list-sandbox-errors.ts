import type { Database } from '../../database/transaction.ts';
import { pageOf } from '../../shared/cursor.ts';
import type { Cursors, Page } from '../../shared/cursor.ts';
import { readSandboxErrors } from './sandbox-errors.ts';
import type { SandboxError } from './sandbox-errors.ts';

/**
 * One page of what the sandbox error tracker was told, the latest first.
 *
 * @throws Problem 400 `invalid-cursor`
 */
export async function listSandboxErrors(
  { database, cursors }: { readonly database: Database; readonly cursors: Cursors },
  { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
): Promise<Page<SandboxError>> {
  const scope = { operation: 'listSandboxErrors', filters: {} };
  const after = cursor === undefined ? null : cursors.decode(scope, cursor).id;
  const rows = await readSandboxErrors(database, after, limit + 1);
  return pageOf(rows, limit, (last) => cursors.encode(scope, { key: null, id: last.id }));
}
