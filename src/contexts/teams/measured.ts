import { getSettleUpPlan } from './balances/get-settle-up-plan.ts';
import { getTeamBalances } from './balances/get-team-balances.ts';
import { getTeamDebts } from './balances/get-team-debts.ts';
import { createExpense } from './expenses/create-expense.ts';
import { insertStatement as insertEntry } from './expenses/entry-store.ts';
import { noticeStatement as insertNotice } from './expenses/expense-store.ts';
import { findStatement as findParticipants } from './expenses/find-participants.ts';
import { insertStatement as recordHistory } from './history/history-store.ts';

/** What `npm run bench:teams` measures, and the statements that pgbench runs beside it. For benchmarks alone. */
export const measured = {
  createExpense,
  /** Of `createExpense`, in its order. */
  statements: {
    findParticipants: findParticipants.text,
    insertEntry: insertEntry.text,
    insertNotice: insertNotice.text,
    recordHistory: recordHistory.text,
  },
  getTeamBalances,
  getTeamDebts,
  getSettleUpPlan,
} as const;
