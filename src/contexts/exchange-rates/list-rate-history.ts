import { isCurrency } from '../../shared/currency.ts';
import { pageOf } from '../../shared/cursor.ts';
import type { Page } from '../../shared/cursor.ts';
import { notFound } from '../../shared/platform-problems.ts';
import type { ExchangeRatesDependencies } from './dependencies.ts';
import type { ExchangeRate } from './exchange-rate.ts';
import { exchangeRateOf } from './find-exchange-rate.ts';
import { listHistory } from './rate-store.ts';

export interface RateHistoryQuery {
  readonly from: string;
  readonly to: string;
  /** Days, both included. */
  readonly since: string | undefined;
  readonly until: string | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/**
 * The rates of a pair, one per day that has one, the newest first.
 *
 * @throws Problem 404 `not-found` for what is no currency; 400 `invalid-cursor`
 */
export async function listRateHistory(
  { primary, cursors, providers }: Pick<ExchangeRatesDependencies, 'primary' | 'cursors' | 'providers'>,
  { from, to, since, until, limit, cursor }: RateHistoryQuery,
): Promise<Page<ExchangeRate>> {
  if (!isCurrency(from) || !isCurrency(to)) throw notFound();
  const scope = { operation: 'listRateHistory', filters: { from, to, since, until } };
  const before = cursor === undefined ? undefined : cursors.decode(scope, cursor).key;
  const names = providers.map(({ name }) => name);
  const rows = await listHistory(primary, names, { from, to, since, until, before, limit: limit + 1 });
  const page = pageOf(rows, limit, ({ asOf }) => cursors.encode(scope, { key: asOf, id: asOf }));
  const items = page.items.flatMap((pair) => exchangeRateOf(pair, { from, to, day: pair.asOf }) ?? []);
  return { items, nextCursor: page.nextCursor };
}
