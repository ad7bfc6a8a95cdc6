import type { Queryable } from '../../../database/transaction.ts';
import { requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { findBudgetVersion, listBudgets } from './budget-store.ts';
import type { Budget } from './budget.ts';

/** All budgets of a team. */
export interface TeamBudgets {
  readonly budgets: readonly Budget[];
  /** The ETag. */
  readonly version: number;
}

/** What a team means to spend in a month. @throws Problem 404 */
export async function getTeamBudgets(queryable: Queryable, { teamId, userId }: InTeam): Promise<TeamBudgets> {
  await requireMember(queryable, { teamId, userId });
  // First: a tag that is older than what it stands for only makes a writer read again.
  const version = await findBudgetVersion(queryable, teamId);
  return { budgets: await listBudgets(queryable, teamId), version };
}
