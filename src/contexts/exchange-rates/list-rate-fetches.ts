import { pageOf } from '../../shared/cursor.ts';
import type { Page } from '../../shared/cursor.ts';
import type { ExchangeRatesDependencies } from './dependencies.ts';
import { listFetches } from './fetch-store.ts';
import type { FetchOutcome, RateFetch } from './rate-fetch.ts';

/** The questions to providers of the last 90 days, the newest first. @throws Problem 400 `invalid-cursor` */
export async function listRateFetches(
  { primary, cursors }: Pick<ExchangeRatesDependencies, 'primary' | 'cursors'>,
  { outcome, limit, cursor }: { outcome: FetchOutcome | undefined; limit: number; cursor: string | undefined },
): Promise<Page<RateFetch>> {
  const scope = { operation: 'listRateFetches', filters: { outcome } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor).id;
  const rows = await listFetches(primary, { outcome, after, limit: limit + 1 });
  return pageOf(rows, limit, ({ id }) => cursors.encode(scope, { key: null, id }));
}
