import { moneyText } from '../../../shared/money.ts';
import type { EntryState, Leg } from './entry.ts';
import type { Terms } from './terms.ts';

/** What was spent, who paid and who owes. */
export interface Expense {
  readonly id: string;
  readonly teamId: string;
  /** ISO 4217. */
  readonly currency: string;
  /** In minor units; above zero. */
  readonly amount: bigint;
  readonly state: EntryState;
  readonly description: string;
  readonly category: string | null;
  /** `YYYY-MM-DD`. */
  readonly spentOn: string;
  readonly notes: string | null;
  readonly attachmentUrl: string | null;
  /** What was asked for. */
  readonly terms: Terms;
  /** What came of it, by member. */
  readonly legs: readonly Leg[];
  /** The ETag. */
  readonly version: number;
  /** The member who wrote it. */
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What a writer says of an expense. */
export interface ExpenseWords {
  readonly description: string;
  readonly category: string | null;
  /** `YYYY-MM-DD`. */
  readonly spentOn: string;
  readonly notes: string | null;
  readonly attachmentUrl: string | null;
}

/** What a writer says of its money. */
export interface ExpenseMoney {
  /** Decimal text. */
  readonly amount: string;
  readonly currency: string;
  readonly terms: Terms;
}

/** An expense as its history keeps it. */
export function stateOf(expense: Expense): Readonly<Record<string, unknown>> {
  const { description, category, spentOn, notes, attachmentUrl, currency, amount, terms, legs } = expense;
  return {
    ...{ description, category, spentOn, notes, attachmentUrl, currency, amount: moneyText({ amount, currency }) },
    ...{ payers: terms.payers, split: terms.split },
    shares: legs.map(({ memberId, paid, owed }) => ({
      ...{ memberId, paid: moneyText({ amount: paid, currency }), owed: moneyText({ amount: owed, currency }) },
    })),
  };
}
