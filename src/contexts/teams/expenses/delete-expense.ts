import type { TeamsDependencies } from '../dependencies.ts';
import { requireMatch } from '../../../shared/etag.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { recordHistory } from '../history/history-store.ts';
import { judgeOpen, judgeRole, requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { changeEntryState, lockExpense } from './expense-store.ts';
import { requireUnfrozen } from './require-unfrozen.ts';

export interface DeleteExpense extends InTeam {
  readonly expenseId: string;
  readonly ifMatch: string | undefined;
}

/**
 * Takes an expense out of the balances; it can be restored.
 *
 * @throws Problem 404, 412, 428; 403 `team-role-insufficient`; 409 `team-archived`, `expense-frozen`
 */
export async function deleteExpense(
  { primary, clock }: Pick<TeamsDependencies, 'primary' | 'clock'>,
  { teamId, userId, expenseId, ifMatch }: DeleteExpense,
): Promise<void> {
  await primary.transaction(async (tx) => {
    const self = await requireMember(tx, { teamId, userId });
    const expense = await lockExpense(tx, teamId, expenseId);
    if (expense?.state !== 'counted') throw notFound();
    judgeRole(self);
    requireMatch(ifMatch, expense.version);
    judgeOpen(self);
    await requireUnfrozen(tx, expenseId);
    await changeEntryState(tx, { id: expenseId, state: 'deleted', at: clock.now() });
    const change = { action: 'expense-deleted', subject: 'expense', subjectId: expenseId };
    await recordHistory(tx, { teamId, actorId: self.memberId }, change);
  });
}
