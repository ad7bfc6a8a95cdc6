import type { Transaction } from '../../database/transaction.ts';
import { notFound } from '../../shared/platform-problems.ts';
import { Problem } from '../../shared/problem.ts';
import { createClientSecretText } from './client-secret.ts';
import { countClientChange, insertClientSecret, lockClient } from './client-store.ts';
import { problems } from './problems.ts';

/**
 * Gives a client a second secret beside the first; both work until one expires or is deleted.
 *
 * @throws Problem 404, 409 `client-has-two-secrets`
 */
export async function createClientSecret(
  tx: Transaction,
  { clientId, secretDays, id }: { readonly clientId: string; readonly secretDays: number; readonly id: string },
): Promise<{ readonly id: string; readonly secret: string; readonly expiresAt: Date }> {
  if ((await lockClient(tx, clientId)) === undefined) throw notFound();
  const secret = createClientSecretText();
  const expiresAt = await insertClientSecret(tx, clientId, { ...secret, id, days: secretDays });
  if (expiresAt === undefined) {
    throw new Problem(problems['client-has-two-secrets'], { detail: 'Delete the one that is no longer used first.' });
  }
  await countClientChange(tx, clientId);
  return { id, secret: secret.text, expiresAt };
}
