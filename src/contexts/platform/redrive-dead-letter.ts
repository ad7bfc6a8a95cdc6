import type { Transaction } from '../../database/transaction.ts';
import { findDeadLetter, redriveDeadLetters } from '../../jobs/dead-letters.ts';
import type { DeadLetter } from '../../jobs/dead-letters.ts';
import { notFound } from '../../shared/platform-problems.ts';
import { Problem } from '../../shared/problem.ts';
import { problems } from './problems.ts';

/**
 * Enqueues one dead letter again, once however many people ask at the same time.
 *
 * @param by the admin who asks, for the audit
 * @throws Problem 404 `not-found`, 409 `already-redriven`
 */
export async function redriveDeadLetter(tx: Transaction, id: string, by: string): Promise<DeadLetter> {
  const redriven = await redriveDeadLetters(tx, { ids: [id], task: null, reason: null, by, limit: 1 });
  const letter = await findDeadLetter(tx, id);
  if (letter === null) throw notFound();
  if (redriven === 0) throw new Problem(problems['already-redriven']);
  return letter;
}
