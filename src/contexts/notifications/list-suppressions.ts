import type { Database } from '../../database/transaction.ts';
import { pageOf } from '../../shared/cursor.ts';
import type { Cursors, Page } from '../../shared/cursor.ts';
import type { Channel } from './message.ts';
import { SuppressionModel } from './models.ts';

export interface SuppressionQuery {
  readonly channel: Channel | undefined;
  readonly address: string | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/**
 * One page of suppressed addresses, the newest first.
 *
 * @throws Problem 400 `invalid-cursor`
 */
export async function listSuppressions(
  { database, cursors }: { readonly database: Database; readonly cursors: Cursors },
  { channel, address, limit, cursor }: SuppressionQuery,
): Promise<Page<SuppressionModel>> {
  const scope = { operation: 'listSuppressions', filters: { channel, address } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await database.transaction(
    async (tx) =>
      SuppressionModel.query(tx.models)
        .modify((suppressions) => {
          if (channel !== undefined) void suppressions.where({ channel });
          if (address !== undefined) void suppressions.where({ address: address.toLowerCase() });
          if (after !== undefined) void suppressions.where('id', '<', after.id);
        })
        .orderBy('id', 'desc')
        .limit(limit + 1),
    { readOnly: true },
  );
  return pageOf(rows, limit, (last) => cursors.encode(scope, { key: null, id: last.id }));
}
