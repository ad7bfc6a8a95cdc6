import { pageOf } from '../../../shared/cursor.ts';
import type { Page } from '../../../shared/cursor.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { listHistoryRows } from './history-store.ts';
import type { HistoryRow } from './history-store.ts';

export interface ListTeamHistory extends InTeam {
  readonly subjectId: string | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** What happened in a team, the newest first. @throws Problem 404; 400 `invalid-cursor` */
export async function listTeamHistory(
  { primary, cursors }: Pick<TeamsDependencies, 'primary' | 'cursors'>,
  { teamId, userId, subjectId, limit, cursor }: ListTeamHistory,
): Promise<Page<HistoryRow>> {
  await requireMember(primary, { teamId, userId });
  const scope = { operation: 'listTeamHistory', filters: { teamId, subjectId } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await listHistoryRows(primary, { teamId, subjectId }, { after, limit: limit + 1 });
  return pageOf(rows, limit, ({ sortKey, id }) => cursors.encode(scope, { key: sortKey, id }));
}
