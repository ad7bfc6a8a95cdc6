import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { recordHistory } from '../history/history-store.ts';
import type { InTeam } from '../members/require-member.ts';
import { insertEntry } from './entry-store.ts';
import { insertNotice } from './expense-store.ts';
import { stateOf } from './expense.ts';
import type { Expense, ExpenseMoney, ExpenseWords } from './expense.ts';
import { findParticipants } from './find-participants.ts';
import { judgeTerms } from './judge-terms.ts';
import { membersIn } from './terms.ts';

export interface CreateExpense extends InTeam, ExpenseWords, ExpenseMoney {
  readonly id: string;
}

/**
 * Writes an expense; balances move in the same statement. Participants are told of it with the next notices.
 *
 * @throws Problem 404; 403 `team-role-insufficient`; 409 `team-archived`, `member-unknown`, and whatever `judgeTerms` refuses
 */
export async function createExpense(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { id, teamId, userId, amount: text, currency, terms, ...words }: CreateExpense,
): Promise<Expense> {
  const { self, requireAll } = await findParticipants(tx, { teamId, userId }, membersIn(terms));
  const { amount, legs } = judgeTerms({ amount: text, currency, terms }, id);
  requireAll();
  const now = clock.now();
  const expense: Expense = {
    ...{ id, teamId, currency, amount, state: 'counted', terms, legs, ...words },
    ...{ version: 1, createdBy: self.memberId, createdAt: now, updatedAt: now },
  };
  await insertEntry(tx, { ...expense, kind: 'expense', occurredOn: words.spentOn }, legs);
  await insertNotice(tx, id, self.memberId);
  const change = { action: 'expense-created', subject: 'expense', subjectId: id, after: stateOf(expense) };
  await recordHistory(tx, { teamId, actorId: self.memberId }, change);
  return expense;
}
