import type { Transaction } from '../../database/transaction.ts';
import { requireMatch } from '../../shared/etag.ts';
import { notFound } from '../../shared/platform-problems.ts';
import { changeClient, findClient, lockClient } from './client-store.ts';
import type { Client } from './client-store.ts';

export interface ClientChange {
  readonly clientId: string;
  readonly ifMatch: string | undefined;
  readonly name: string | undefined;
  readonly scopes: readonly string[] | undefined;
  readonly disabled: boolean | undefined;
}

/**
 * Changes a machine client. What it may no longer do, its living tokens may do until they end, admin operations excepted.
 *
 * @throws Problem 404, 412, 428
 */
export async function updateClient(
  tx: Transaction,
  { clientId, ifMatch, ...change }: ClientChange,
): Promise<{ readonly before: Client; readonly after: Client }> {
  const before = await lockClient(tx, clientId);
  if (before === undefined) throw notFound();
  requireMatch(ifMatch, before.version);
  const name = change.name ?? before.name;
  const scopes = change.scopes === undefined ? before.scopes : [...new Set(change.scopes)].sort();
  const disabled = change.disabled ?? before.disabled;
  const same = name === before.name && disabled === before.disabled && scopes.join() === before.scopes.join();
  if (same) return { before, after: before };
  await changeClient(tx, { id: clientId, name, scopes, disabled });
  return { before, after: (await findClient(tx, clientId)) ?? before };
}
