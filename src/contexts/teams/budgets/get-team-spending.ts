import type { TeamsDependencies } from '../dependencies.ts';
import { requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { listBudgetStatuses } from './budget-store.ts';
import { monthOf } from './budget.ts';
import type { BudgetStatus } from './budget.ts';
import { sumSpending } from './spending-store.ts';
import type { Spending, SpendingBy } from './spending-store.ts';

export interface GetTeamSpending extends InTeam {
  readonly by: SpendingBy;
  /** `YYYY-MM-DD`, included. */
  readonly from: string | undefined;
  /** `YYYY-MM-DD`, not included. */
  readonly to: string | undefined;
}

/** What a team spent, and how the budgets of this month are going. */
export interface TeamSpending {
  readonly spending: readonly Spending[];
  /** Its first day, `YYYY-MM-DD`. */
  readonly month: string;
  readonly budgets: readonly BudgetStatus[];
}

/**
 * What a team spent, summed for charts, each currency for itself; and its budgets with what was spent this month, in UTC.
 *
 * @throws Problem 404
 */
export async function getTeamSpending(
  { primary, reporting, clock }: Pick<TeamsDependencies, 'primary' | 'reporting' | 'clock'>,
  { teamId, userId, by, from, to }: GetTeamSpending,
): Promise<TeamSpending> {
  await requireMember(primary, { teamId, userId });
  const month = monthOf(clock.now().toISOString());
  const spending = await sumSpending(reporting, { teamId, by, from, to });
  return { spending, month, budgets: await listBudgetStatuses(reporting, teamId, month) };
}
