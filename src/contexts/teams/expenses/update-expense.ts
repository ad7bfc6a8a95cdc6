import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { requireMatch } from '../../../shared/etag.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { recordHistory } from '../history/history-store.ts';
import { judgeOpen, judgeRole, requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { lockForLegs } from './entry-store.ts';
import { changeExpense, deleteLegs, insertLegs, lockExpense } from './expense-store.ts';
import { stateOf } from './expense.ts';
import type { Expense, ExpenseMoney, ExpenseWords } from './expense.ts';
import { findParticipants } from './find-participants.ts';
import { judgeTerms } from './judge-terms.ts';
import type { Judged } from './judge-terms.ts';
import { requireUnfrozen } from './require-unfrozen.ts';
import { membersIn } from './terms.ts';

export interface UpdateExpense extends InTeam, ExpenseWords, ExpenseMoney {
  readonly expenseId: string;
  readonly ifMatch: string | undefined;
}

/**
 * Puts another state in the place of the present one. While its money stays as it is, no leg is touched: an edit of words
 * moves nobody's cent. What changes nothing keeps the version and leaves no trace.
 *
 * @throws Problem 404, 412, 428; 403 `team-role-insufficient`; 409 `team-archived`, `expense-frozen`, `member-unknown`, and
 *   whatever `judgeTerms` refuses
 */
export async function updateExpense(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { teamId, userId, expenseId, ifMatch, amount: text, currency, terms, ...words }: UpdateExpense,
): Promise<Expense> {
  const self = await requireMember(tx, { teamId, userId });
  const before = await lockExpense(tx, teamId, expenseId);
  if (before?.state !== 'counted') throw notFound();
  judgeRole(self);
  requireMatch(ifMatch, before.version);
  judgeOpen(self);
  const judged = judgeTerms({ amount: text, currency, terms }, expenseId);
  const wanted: Expense = { ...before, ...words, currency, amount: judged.amount, terms };
  const moves =
    currency !== before.currency || judged.amount !== before.amount || !isDeepStrictEqual(terms, before.terms);
  const after: Expense = { ...wanted, legs: moves ? judged.legs : before.legs };
  const [changedBefore, changedAfter] = differences(stateOf(before), stateOf(after));
  if (Object.keys(changedAfter).length === 0) return before;
  const changed = { ...after, version: before.version + 1, updatedAt: clock.now() };
  if (moves) {
    const { requireAll } = await findParticipants(tx, { teamId, userId }, membersIn(terms));
    requireAll();
    await moveMoney(tx, before, changed, judged);
  } else {
    await changeExpense(tx, changed);
  }
  const change = { action: 'expense-changed', subject: 'expense', subjectId: expenseId };
  const history = { ...change, before: changedBefore, after: changedAfter };
  await recordHistory(tx, { teamId, actorId: self.memberId }, history);
  return changed;
}

async function moveMoney(tx: Transaction, before: Expense, after: Expense, { legs }: Judged): Promise<void> {
  await requireUnfrozen(tx, before.id);
  await lockForLegs(tx, before.teamId, {
    memberIds: [...before.legs, ...legs].map(({ memberId }) => memberId),
    currencies: [before.currency, after.currency],
  });
  await deleteLegs(tx, before.id);
  await changeExpense(tx, after);
  await insertLegs(tx, after, legs);
}

/** The fields that differ, as they were and as they are. */
function differences(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): [Record<string, unknown>, Record<string, unknown>] {
  const changed = Object.keys(after).filter((key) => !isDeepStrictEqual(before[key], after[key]));
  const pick = (state: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(changed.map((key) => [key, state[key]]));
  return [pick(before), pick(after)];
}
