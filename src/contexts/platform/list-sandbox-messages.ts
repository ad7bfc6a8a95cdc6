import type { Database } from '../../database/transaction.ts';
import { pageOf } from '../../shared/cursor.ts';
import type { Cursors, Page } from '../../shared/cursor.ts';
import { SandboxMessageModel } from './models.ts';
import type { SandboxChannel } from './sandbox-behaviour.ts';

export interface SandboxMessageQuery {
  readonly channel: SandboxChannel | undefined;
  readonly address: string | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/**
 * One page of what the sandbox vendors delivered, the newest first, with full texts: this is the phone and the mailbox.
 *
 * @throws Problem 400 `invalid-cursor`
 */
export async function listSandboxMessages(
  { database, cursors }: { readonly database: Database; readonly cursors: Cursors },
  { channel, address, limit, cursor }: SandboxMessageQuery,
): Promise<Page<SandboxMessageModel>> {
  const scope = { operation: 'listSandboxMessages', filters: { channel, address } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await database.transaction(
    async (tx) =>
      SandboxMessageModel.query(tx.models)
        .modify((messages) => {
          if (channel !== undefined) void messages.where({ channel });
          if (address !== undefined) void messages.where({ address });
          if (after !== undefined) void messages.where('id', '<', after.id);
        })
        .orderBy('id', 'desc')
        .limit(limit + 1),
    { readOnly: true },
  );
  return pageOf(rows, limit, (last) => cursors.encode(scope, { key: null, id: last.id }));
}
