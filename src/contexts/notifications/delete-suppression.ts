import type { Transaction } from '../../database/transaction.ts';
import { notFound } from '../../shared/platform-problems.ts';
import { SuppressionModel } from './models.ts';

/**
 * Lifts a suppression. Messages that it stopped stay suppressed.
 *
 * @throws Problem 404 `not-found`
 */
export async function deleteSuppression(tx: Transaction, id: string): Promise<void> {
  const deleted = await SuppressionModel.query(tx.models).deleteById(id);
  if (deleted === 0) throw notFound();
}
