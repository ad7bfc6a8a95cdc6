import { pageOf } from '../../../shared/cursor.ts';
import type { Page } from '../../../shared/cursor.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import type { RecurringExpense } from './recurring-expense.ts';
import { listRecurring } from './recurring-store.ts';

export interface ListRecurringExpenses extends InTeam {
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** What comes again in a team, the newest first. @throws Problem 404; 400 `invalid-cursor` */
export async function listRecurringExpenses(
  { primary, cursors }: Pick<TeamsDependencies, 'primary' | 'cursors'>,
  { teamId, userId, limit, cursor }: ListRecurringExpenses,
): Promise<Page<RecurringExpense>> {
  await requireMember(primary, { teamId, userId });
  const scope = { operation: 'listRecurringExpenses', filters: { teamId } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await listRecurring(primary, teamId, { after, limit: limit + 1 });
  const page = pageOf(rows, limit, ({ sortKey, recurring: { id } }) => cursors.encode(scope, { key: sortKey, id }));
  return { ...page, items: page.items.map(({ recurring }) => recurring) };
}
