/** What a team means to spend in a calendar month. */
export interface Budget {
  /** Null: on everything. */
  readonly category: string | null;
  /** ISO 4217: only what is spent in this currency counts. */
  readonly currency: string;
  /** In minor units; above zero. */
  readonly amount: bigint;
  /** Percentages of the amount at which the owners are told, ascending. */
  readonly thresholds: readonly number[];
}

/** A budget and how its month is going. */
export interface BudgetStatus extends Budget {
  readonly spent: bigint;
}

/** The month of a day: its first day. Both `YYYY-MM-DD`. */
export function monthOf(day: string): string {
  return `${day.slice(0, 7)}-01`;
}

/** Whole percent of the budget that is spent, rounded down: 100 is reached when all of it is. */
export function percentSpent({ amount, spent }: Pick<BudgetStatus, 'amount' | 'spent'>): bigint {
  return spent <= 0n ? 0n : (spent * 100n) / amount;
}
