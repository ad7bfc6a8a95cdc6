import type { Transaction } from '../../database/transaction.ts';
import { notFound } from '../../shared/platform-problems.ts';
import { countClientChange, deleteSecretRow } from './client-store.ts';

/**
 * Makes a secret worthless at once. Tokens it gave end by themselves.
 *
 * @throws Problem 404
 */
export async function deleteClientSecret(
  tx: Transaction,
  { clientId, secretId }: { readonly clientId: string; readonly secretId: string },
): Promise<void> {
  if (!(await deleteSecretRow(tx, clientId, secretId))) throw notFound();
  await countClientChange(tx, clientId);
}
