import { pageOf } from '../../../shared/cursor.ts';
import type { Page } from '../../../shared/cursor.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { requireMember } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { listSettlementRows } from './settlement-store.ts';
import type { Settlement, SettlementState } from './settlement.ts';

export interface ListSettlements extends InTeam {
  readonly state: SettlementState | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** The payments of a team, those of the last day first. @throws Problem 404; 400 `invalid-cursor` */
export async function listSettlements(
  { primary, cursors }: Pick<TeamsDependencies, 'primary' | 'cursors'>,
  { teamId, userId, state, limit, cursor }: ListSettlements,
): Promise<Page<Settlement>> {
  await requireMember(primary, { teamId, userId });
  const scope = { operation: 'listSettlements', filters: { teamId, state } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await listSettlementRows(primary, { teamId, state }, { after, limit: limit + 1 });
  return pageOf(rows, limit, ({ sortKey, id }) => cursors.encode(scope, { key: sortKey, id }));
}
