import { pageOf } from '../../../shared/cursor.ts';
import type { Page } from '../../../shared/cursor.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { listExpenseRows } from './expense-store.ts';
import type { ExpenseBrief, ExpenseFilter } from './expense-store.ts';

export interface ListExpenses extends InTeam, Omit<ExpenseFilter, 'selfId' | 'state'> {
  /** Those that were deleted, instead. */
  readonly deleted: boolean;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** The expenses of a team, those of the last day first. @throws Problem 404; 400 `invalid-cursor` */
export async function listExpenses(
  { primary, cursors }: Pick<TeamsDependencies, 'primary' | 'cursors'>,
  { userId, deleted, limit, cursor, ...filter }: ListExpenses,
): Promise<Page<ExpenseBrief>> {
  const { memberId: selfId } = await requireMember(primary, { teamId: filter.teamId, userId });
  const scope = { operation: 'listExpenses', filters: { ...filter, deleted } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const state = deleted ? 'deleted' : 'counted';
  const rows = await listExpenseRows(primary, { ...filter, selfId, state }, { after, limit: limit + 1 });
  return pageOf(rows, limit, ({ sortKey, id }) => cursors.encode(scope, { key: sortKey, id }));
}
