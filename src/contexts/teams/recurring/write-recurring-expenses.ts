import type { Transaction } from '../../../database/transaction.ts';
import type { JobRun } from '../../../jobs/queue.ts';
import { derivedId } from '../../../shared/id.ts';
import { Problem } from '../../../shared/problem.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { insertEntry } from '../expenses/entry-store.ts';
import { insertNotice } from '../expenses/expense-store.ts';
import { stateOf } from '../expenses/expense.ts';
import type { Expense } from '../expenses/expense.ts';
import { judgeTerms } from '../expenses/judge-terms.ts';
import { membersIn } from '../expenses/terms.ts';
import { recordHistory } from '../history/history-store.ts';
import { problems } from '../problems.ts';
import { occurrenceOn } from './recurrence.ts';
import { CATCH_UP } from './recurring-expense.ts';
import type { RecurringExpense } from './recurring-expense.ts';
import { advanceRecurring, holdOpenTeam, insertOccurrence, listPresent, takeDueRecurring } from './recurring-store.ts';

type Parts = Pick<TeamsDependencies, 'worker' | 'clock'>;

/**
 * Writes every expense whose day has come in its own time zone, those that were missed too, up to the limit. Each day exactly
 * once: expense, day and history are one transaction, and the day is a key. Safe to repeat, to die anywhere, and to run
 * several times at once.
 */
export async function writeRecurringExpenses(parts: Parts, { signal }: Pick<JobRun, 'signal'>): Promise<void> {
  while (!signal.aborted && (await writeOne(parts))) {
    // One after another: a transaction each, so that one that fails holds back nobody else's.
  }
}

/** @returns whether there was one */
async function writeOne({ worker, clock }: Parts): Promise<boolean> {
  return worker.transaction(async (tx) => {
    const now = clock.now();
    const due = await takeDueRecurring(tx, now);
    if (due === undefined) return false;
    // Archived since: not due any more.
    if (!(await holdOpenTeam(tx, due.teamId))) return true;
    const { today, ...recurring } = due;
    const { nextNumber: first } = recurring;
    let next = { number: recurring.nextNumber, day: recurring.nextOn };
    let reason: string | null = null;
    for (let written = 0; next.day !== null && next.day <= today && reason === null; written += 1) {
      reason = written === CATCH_UP ? 'catch-up-limit' : await writeOccurrence(tx, recurring, next.day, now);
      if (reason === null) next = { number: next.number + 1, day: occurrenceOn(recurring, next.number + 1) };
    }
    await advanceRecurring(tx, recurring, { ...next, reason, at: now });
    if (reason !== null) {
      const change = { action: 'recurring-expense-suspended', subject: 'recurring-expense', subjectId: recurring.id };
      const after = { reason, nextOn: next.day, written: next.number - first };
      await recordHistory(tx, { teamId: recurring.teamId, actorId: null }, { ...change, after });
    }
    return true;
  });
}

/** @returns why it cannot be written any more as it is; null when it was */
async function writeOccurrence(
  tx: Transaction,
  recurring: RecurringExpense,
  day: string,
  now: Date,
): Promise<string | null> {
  const { id: recurringId, teamId, description, category, notes, amount: text, currency, terms, createdBy } = recurring;
  const id = derivedId('recurring expense', recurringId, day);
  const named = membersIn(terms);
  if ((await listPresent(tx, teamId, named)).size < named.length) return problems['member-unknown'].code;
  try {
    const { amount, legs } = judgeTerms({ amount: text, currency, terms }, id);
    const expense: Expense = {
      ...{ id, teamId, currency, amount, state: 'counted', description, category, spentOn: day, notes },
      ...{ attachmentUrl: null, terms, legs, version: 1, createdBy, createdAt: now, updatedAt: now },
    };
    await tx.savepoint(async () => {
      await insertEntry(tx, { ...expense, kind: 'expense', occurredOn: day }, legs);
      await insertOccurrence(tx, recurringId, day, id);
      await insertNotice(tx, id, createdBy);
    });
    const change = { action: 'expense-created', subject: 'expense', subjectId: id };
    await recordHistory(tx, { teamId, actorId: null }, { ...change, after: { ...stateOf(expense), recurringId } });
    return null;
  } catch (error) {
    // What it says does not come out any more, such as a currency that is gone: a person must look.
    const reason = error instanceof Problem ? error.code : refusals.get(constraintOf(error));
    if (reason === undefined) throw error;
    return reason;
  }
}

/** What the database refuses for good: tried again, it would hold back everybody's. */
const refusals: ReadonlyMap<string | undefined, string> = new Map([
  ['entries_of_present_members', problems['member-unknown'].code],
  ['balances_in_range', problems['money-overflow'].code],
]);

function constraintOf(error: unknown): string | undefined {
  const { constraint } = error as { readonly constraint?: unknown };
  return typeof constraint === 'string' ? constraint : undefined;
}
