import { pageOf } from '../../../shared/cursor.ts';
import type { Page } from '../../../shared/cursor.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { requireOwner } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { listInvitationRows } from './invitation-store.ts';
import type { Invitation } from './invitation.ts';

export interface ListTeamInvitations extends InTeam {
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** Those that are open, the newest first. @throws Problem 404; 403 `team-role-insufficient`; 400 `invalid-cursor` */
export async function listTeamInvitations(
  { primary, cursors, clock }: Pick<TeamsDependencies, 'primary' | 'cursors' | 'clock'>,
  { teamId, userId, limit, cursor }: ListTeamInvitations,
): Promise<Page<Invitation>> {
  await requireOwner(primary, { teamId, userId });
  const scope = { operation: 'listTeamInvitations', filters: { teamId } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await listInvitationRows(primary, { teamId, now: clock.now() }, { after, limit: limit + 1 });
  return pageOf(rows, limit, ({ sortKey, id }) => cursors.encode(scope, { key: sortKey, id }));
}
