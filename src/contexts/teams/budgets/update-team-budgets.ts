import type { Transaction } from '../../../database/transaction.ts';
import { preconditionFailed, requireMatch } from '../../../shared/etag.ts';
import { moneyText } from '../../../shared/money.ts';
import { Problem } from '../../../shared/problem.ts';
import { readPositiveAmount } from '../expenses/read-positive-amount.ts';
import { recordHistory } from '../history/history-store.ts';
import { judgeOpen, requireOwner } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { problems } from '../problems.ts';
import { bumpBudgetVersion, findBudgetVersion, replaceBudgets } from './budget-store.ts';
import type { Budget } from './budget.ts';
import { getTeamBudgets } from './get-team-budgets.ts';
import type { TeamBudgets } from './get-team-budgets.ts';

export interface UpdateTeamBudgets extends InTeam {
  readonly budgets: readonly {
    readonly category: string | null;
    readonly currency: string;
    /** Decimal text. */
    readonly amount: string;
    readonly thresholds: readonly number[];
  }[];
  readonly ifMatch: string | undefined;
}

/**
 * Puts these budgets in the place of all a team has; owners may.
 *
 * @throws Problem 404, 412, 428; 403 `team-role-insufficient`; 409 `team-archived`, `currency-unknown`, `amount-unfit`,
 *   `amount-not-positive`, `budget-twice`
 */
export async function updateTeamBudgets(
  tx: Transaction,
  { teamId, userId, budgets: wanted, ifMatch }: UpdateTeamBudgets,
): Promise<TeamBudgets> {
  const self = await requireOwner(tx, { teamId, userId });
  const seen = await findBudgetVersion(tx, teamId);
  requireMatch(ifMatch, seen);
  judgeOpen(self);
  const budgets = wanted.map((budget, at): Budget => {
    const amount = readPositiveAmount(budget.amount, budget.currency, `/budgets/${at}/amount`);
    return { ...budget, amount, thresholds: [...new Set(budget.thresholds)].sort((a, b) => a - b) };
  });
  requireOnce(budgets);
  // The lock: whoever has changed them since was first.
  if ((await bumpBudgetVersion(tx, teamId)) !== seen + 1) throw preconditionFailed();
  await replaceBudgets(tx, teamId, budgets);
  const after = budgets.map(({ amount, ...rest }) => ({
    ...rest,
    amount: moneyText({ amount, currency: rest.currency }),
  }));
  const change = { action: 'budgets-changed', subject: 'team', subjectId: teamId, after: { budgets: after } };
  await recordHistory(tx, { teamId, actorId: self.memberId }, change);
  return getTeamBudgets(tx, { teamId, userId });
}

function requireOnce(budgets: readonly Budget[]): void {
  const keys = budgets.map(({ category, currency }) => `${category ?? ''} ${currency}`);
  const twice = keys.findIndex((key, at) => keys.indexOf(key) !== at);
  if (twice === -1) return;
  const errors = [{ pointer: `/budgets/${twice}`, detail: 'has the category and currency of another one' }];
  throw new Problem(problems['budget-twice'], { errors });
}
