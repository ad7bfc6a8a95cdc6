import type { Database } from '../../../database/transaction.ts';
import { pageOf } from '../../../shared/cursor.ts';
import type { Cursors, Page } from '../../../shared/cursor.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { countExposures } from './exposure-store.ts';
import { findFlag, listFlagRows } from './flag-store.ts';
import type { Flag } from './flag.ts';

/** By key. @throws Problem 400 `invalid-cursor` */
export async function listFlags(
  { database, cursors }: { readonly database: Database; readonly cursors: Cursors },
  { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
): Promise<Page<Flag>> {
  const scope = { operation: 'listFlags' };
  const after = cursor === undefined ? null : cursors.decode(scope, cursor).key;
  const rows = await listFlagRows(database, after, limit + 1);
  return pageOf(rows, limit, ({ key }) => cursors.encode(scope, { key, id: NO_ID }));
}

/** Keys are unique, so a place in the list needs no second half. */
const NO_ID = '00000000-0000-0000-0000-000000000000';

/** @throws Problem 404 `not-found` */
export async function getFlag(database: Database, key: string): Promise<Flag> {
  const found = await findFlag(database, key);
  if (found === undefined) throw notFound();
  return found;
}

/** How many were treated by each variant so far. @throws Problem 404 `not-found` */
export async function getFlagExposures(
  database: Database,
  key: string,
): Promise<readonly { readonly variant: string; readonly users: number }[]> {
  await getFlag(database, key);
  return countExposures(database, key);
}
