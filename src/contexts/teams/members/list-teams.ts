import { pageOf } from '../../../shared/cursor.ts';
import type { Page } from '../../../shared/cursor.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { listTeamRows } from './team-store.ts';
import type { TeamBrief } from './team-store.ts';

export interface ListTeams {
  readonly userId: string;
  readonly archived: boolean;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** The teams of a person, the one joined last first. @throws Problem 400 `invalid-cursor`, also for another person's */
export async function listTeams(
  { primary, cursors }: Pick<TeamsDependencies, 'primary' | 'cursors'>,
  { userId, archived, limit, cursor }: ListTeams,
): Promise<Page<TeamBrief>> {
  const scope = { operation: 'listTeams', filters: { userId, archived } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await listTeamRows(primary, { userId, archived }, { after, limit: limit + 1 });
  return pageOf(rows, limit, ({ sortKey, id }) => cursors.encode(scope, { key: sortKey, id }));
}
