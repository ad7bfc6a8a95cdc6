import { notFound } from '../../../shared/platform-problems.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { recordHistory } from '../history/history-store.ts';
import { judgeWriter, requireMember, roleInsufficient } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { deleteComment, findComment } from './comment-store.ts';

export interface DeleteExpenseComment extends InTeam {
  readonly expenseId: string;
  readonly commentId: string;
}

/**
 * Takes a comment away: one's own, and as an owner anybody's.
 *
 * @throws Problem 404; 403 `team-role-insufficient`; 409 `team-archived`
 */
export async function deleteExpenseComment(
  { primary }: Pick<TeamsDependencies, 'primary'>,
  { teamId, userId, expenseId, commentId }: DeleteExpenseComment,
): Promise<void> {
  await primary.transaction(async (tx) => {
    const self = await requireMember(tx, { teamId, userId });
    const comment = await findComment(tx, { teamId, expenseId, commentId });
    if (comment === undefined) throw notFound();
    judgeWriter(self);
    if (comment.memberId !== self.memberId && self.role !== 'owner') {
      throw roleInsufficient('Only its author and owners take a comment away.');
    }
    if (!(await deleteComment(tx, commentId))) throw notFound();
    const change = { action: 'comment-deleted', subject: 'expense', subjectId: expenseId, before: { commentId } };
    await recordHistory(tx, { teamId, actorId: self.memberId }, change);
  });
}
