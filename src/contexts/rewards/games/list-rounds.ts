import { pageOf } from '../../../shared/cursor.ts';
import type { Page } from '../../../shared/cursor.ts';
import type { RewardsDependencies } from '../dependencies.ts';
import { listRoundRows } from './round-store.ts';
import type { RoundFilter } from './round-store.ts';
import type { Round } from './round.ts';

export interface ListRounds extends RoundFilter {
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** A player's rounds, the newest first. @throws Problem 400 `invalid-cursor`, also for another player's cursor */
export async function listRounds(
  { primary, cursors }: Pick<RewardsDependencies, 'primary' | 'cursors'>,
  { limit, cursor, ...filter }: ListRounds,
): Promise<Page<Round>> {
  const scope = { operation: 'listRounds', filters: { ...filter } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await listRoundRows(primary, filter, { before: after?.id, limit: limit + 1 });
  return pageOf(rows, limit, ({ id }) => cursors.encode(scope, { key: null, id }));
}
