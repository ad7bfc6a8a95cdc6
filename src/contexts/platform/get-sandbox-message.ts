import type { Database } from '../../database/transaction.ts';
import { notFound } from '../../shared/platform-problems.ts';
import { SandboxMessageModel } from './models.ts';

/** @throws Problem 404 `not-found` */
export async function getSandboxMessage(
  { database }: { readonly database: Database },
  id: string,
): Promise<SandboxMessageModel> {
  return database.transaction(
    async (tx) => {
      const message = await SandboxMessageModel.query(tx.models).findById(id);
      if (message === undefined) throw notFound();
      return message;
    },
    { readOnly: true },
  );
}
