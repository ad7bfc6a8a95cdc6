import { pageOf } from '../../shared/cursor.ts';
import type { Page } from '../../shared/cursor.ts';
import type { ExchangeRatesDependencies } from './dependencies.ts';
import { listQuarantined } from './quarantine-store.ts';
import type { QuarantinedRate } from './quarantine-store.ts';

/** Rates that moved too far to be believed, the newest first. @throws Problem 400 `invalid-cursor` */
export async function listQuarantinedRates(
  { primary, cursors }: Pick<ExchangeRatesDependencies, 'primary' | 'cursors'>,
  { released, limit, cursor }: { released: boolean | undefined; limit: number; cursor: string | undefined },
): Promise<Page<QuarantinedRate>> {
  const scope = { operation: 'listQuarantinedRates', filters: { released } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor).id;
  const rows = await listQuarantined(primary, { released, after, limit: limit + 1 });
  return pageOf(rows, limit, ({ id }) => cursors.encode(scope, { key: null, id }));
}
