import type { Queryable } from '../../../database/transaction.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { hasFormerSharer } from './expense-store.ts';

/**
 * Who has left was settled: whatever would move their balance is refused here, in words, and by the database if they leave
 * only now. @throws Problem 409 `expense-frozen`
 */
export async function requireUnfrozen(queryable: Queryable, expenseId: string): Promise<void> {
  if (!(await hasFormerSharer(queryable, expenseId))) return;
  throw new Problem(problems['expense-frozen'], {
    detail: 'Somebody who shares it has left the team, settled. Write another expense to put it right.',
  });
}
