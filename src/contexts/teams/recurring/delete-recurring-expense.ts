import { requireMatch } from '../../../shared/etag.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { recordHistory } from '../history/history-store.ts';
import { judgeOpen, judgeRole, requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { deleteRecurring, lockRecurring } from './recurring-store.ts';

export interface DeleteRecurringExpense extends InTeam {
  readonly recurringId: string;
  readonly ifMatch: string | undefined;
}

/**
 * Ends it; the expenses that came of it stay.
 *
 * @throws Problem 404, 412, 428; 403 `team-role-insufficient`; 409 `team-archived`
 */
export async function deleteRecurringExpense(
  { primary, clock }: Pick<TeamsDependencies, 'primary' | 'clock'>,
  { teamId, userId, recurringId, ifMatch }: DeleteRecurringExpense,
): Promise<void> {
  await primary.transaction(async (tx) => {
    const self = await requireMember(tx, { teamId, userId });
    const present = await lockRecurring(tx, teamId, recurringId);
    if (present === undefined) throw notFound();
    judgeRole(self);
    requireMatch(ifMatch, present.version);
    judgeOpen(self);
    await deleteRecurring(tx, recurringId, clock.now());
    const change = { action: 'recurring-expense-deleted', subject: 'recurring-expense', subjectId: recurringId };
    await recordHistory(tx, { teamId, actorId: self.memberId }, change);
  });
}
