import { pageOf } from '../../../shared/cursor.ts';
import type { Page } from '../../../shared/cursor.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import type { RewardsDependencies } from '../dependencies.ts';
import type { PollOutcome, SourcePoll } from './bonus-source.ts';
import { listPolls } from './source-store.ts';

export interface ListBonusSourcePolls {
  readonly source: string;
  readonly outcome: PollOutcome | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** What became of the looks at a configured source, the newest first. @throws Problem 400 `invalid-cursor`; 404 `not-found` */
export async function listBonusSourcePolls(
  { primary, cursors, sources }: Pick<RewardsDependencies, 'primary' | 'cursors' | 'sources'>,
  { source, outcome, limit, cursor }: ListBonusSourcePolls,
): Promise<Page<SourcePoll>> {
  if (!sources.some(({ name }) => name === source)) throw notFound();
  const scope = { operation: 'listBonusSourcePolls', filters: { source, outcome } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await listPolls(primary, { source, outcome, after, limit: limit + 1 });
  return pageOf(rows, limit, ({ id }) => cursors.encode(scope, { key: null, id }));
}
