import type { Transaction } from '../../database/transaction.ts';
import { createClientSecretText } from './client-secret.ts';
import { findClient, insertClient, insertClientSecret } from './client-store.ts';
import type { Client } from './client-store.ts';

export interface NewClient {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly secretDays: number;
  /** Ids of what is made, so that a repeated command makes the same. */
  readonly id: (label: string) => string;
}

/** Makes a machine client with its first secret, which nobody can read again. */
export async function createClient(
  tx: Transaction,
  { name, scopes, secretDays, id }: NewClient,
): Promise<{ readonly client: Client; readonly secret: string }> {
  const clientId = id('client');
  const secret = createClientSecretText();
  await insertClient(tx, { id: clientId, name, scopes: [...new Set(scopes)].sort() });
  await insertClientSecret(tx, clientId, { ...secret, id: id('secret'), days: secretDays });
  const client = await findClient(tx, clientId);
  if (client === undefined) throw new Error('a client that was just made is gone');
  return { client, secret: secret.text };
}
