import type { Database } from '../../database/transaction.ts';
import { notFound } from '../../shared/platform-problems.ts';
import { SuppressionModel } from './models.ts';

/** @throws Problem 404 `not-found` */
export async function getSuppression(
  { database }: { readonly database: Database },
  id: string,
): Promise<SuppressionModel> {
  return database.transaction(
    async (tx) => {
      const suppression = await SuppressionModel.query(tx.models).findById(id);
      if (suppression === undefined) throw notFound();
      return suppression;
    },
    { readOnly: true },
  );
}
