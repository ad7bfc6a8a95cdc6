import { pageOf } from '../../shared/cursor.ts';
import type { Page } from '../../shared/cursor.ts';
import { notFound } from '../../shared/platform-problems.ts';
import { findClient, listClientRows } from './client-store.ts';
import type { Client } from './client-store.ts';
import type { IdentityParts } from './dependencies.ts';

/**
 * One page of the machine clients, the newest first.
 *
 * @throws Problem 400 `invalid-cursor`
 */
export async function listClients(
  { database, cursors }: Pick<IdentityParts, 'database' | 'cursors'>,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
): Promise<Page<Client>> {
  const scope = { operation: 'listClients', filters: {} };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await listClientRows(database, after?.id ?? null, limit + 1);
  return pageOf(rows, limit, (last) => cursors.encode(scope, { key: null, id: last.id }));
}

/** @throws Problem 404 */
export async function getClient(
  { database }: Pick<IdentityParts, 'database'>,
  { clientId }: { readonly clientId: string },
): Promise<Client> {
  const client = await findClient(database, clientId);
  if (client === undefined) throw notFound();
  return client;
}
