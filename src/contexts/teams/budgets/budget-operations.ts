import { reply } from '../../../contract/handlers.ts';
import type { Handlers, Schema } from '../../../contract/handlers.ts';
import { etagOf } from '../../../shared/etag.ts';
import { moneyText } from '../../../shared/money.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { percentSpent } from './budget.ts';
import type { Budget, BudgetStatus } from './budget.ts';
import { getTeamBudgets } from './get-team-budgets.ts';
import type { TeamBudgets } from './get-team-budgets.ts';
import { getTeamSpending } from './get-team-spending.ts';
import type { Spending } from './spending-store.ts';
import { updateTeamBudgets } from './update-team-budgets.ts';

type BudgetOperation = 'getTeamBudgets' | 'updateTeamBudgets' | 'getTeamSpending';

/** What a team means to spend, and what it spent. */
export function createBudgetOperations(dependencies: TeamsDependencies): Handlers<BudgetOperation> {
  const { primary } = dependencies;
  return {
    getTeamBudgets: async ({ path }, { principal }) => {
      const inTeam = { ...path, userId: principal.userId };
      return reply('getTeamBudgets', answerOf(await getTeamBudgets(primary, inTeam)));
    },
    updateTeamBudgets: async ({ path, headers, body }, { principal }) => {
      const budgets = body.budgets.map(({ category = null, ...budget }) => ({ ...budget, category }));
      const command = { ...path, userId: principal.userId, budgets, ifMatch: headers['If-Match'] };
      const changed = await primary.transaction((tx) => updateTeamBudgets(tx, command));
      return reply('updateTeamBudgets', answerOf(changed));
    },
    getTeamSpending: async ({ path, query }, { principal }) => {
      const { by, from, to } = query;
      const found = await getTeamSpending(dependencies, { ...path, userId: principal.userId, by, from, to });
      const { spending, month, budgets } = found;
      return reply('getTeamSpending', {
        status: 200,
        body: { by, spending: spending.map(spendingBody), month: month.slice(0, 7), budgets: budgets.map(statusBody) },
      });
    },
  };
}

function answerOf({ budgets, version }: TeamBudgets) {
  return { status: 200, headers: { ETag: etagOf(version) }, body: { budgets: budgets.map(budgetBody) } } as const;
}

function budgetBody({ category, currency, amount, thresholds }: Budget): Schema<'TeamBudget'> {
  return {
    ...(category === null ? {} : { category }),
    ...{ currency, amount: moneyText({ amount, currency }), thresholds: [...thresholds] },
  };
}

function statusBody(budget: BudgetStatus): Schema<'TeamBudgetStatus'> {
  const { category, currency, amount, spent } = budget;
  const percent = percentSpent(budget);
  return {
    ...(category === null ? {} : { category }),
    ...{ currency, amount: moneyText({ amount, currency }), spent: moneyText({ amount: spent, currency }) },
    percentSpent: Number(percent > MOST_PERCENT ? MOST_PERCENT : percent),
  };
}

/** As far as the contract tells: a budget of a cent can be overspent by more than any number tells. */
const MOST_PERCENT = 1_000_000n;

function spendingBody({ key, currency, amount, paid, expenses }: Spending): Schema<'TeamSpendingSum'> {
  return {
    ...{ key, currency, amount: moneyText({ amount, currency }), expenses },
    ...(paid === null ? {} : { paid: moneyText({ amount: paid, currency }) }),
  };
}
