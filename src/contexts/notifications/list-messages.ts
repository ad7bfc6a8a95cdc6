import type { Database } from '../../database/transaction.ts';
import { pageOf } from '../../shared/cursor.ts';
import type { Cursors, Page } from '../../shared/cursor.ts';
import type { Channel, MessageState } from './message.ts';
import { MessageModel } from './models.ts';

export interface MessageQuery {
  readonly channel: Channel | undefined;
  readonly state: MessageState | undefined;
  readonly groupId: string | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/**
 * One page of messages, the newest first: ids are made in the order of time.
 *
 * @throws Problem 400 `invalid-cursor`
 */
export async function listMessages(
  { database, cursors }: { readonly database: Database; readonly cursors: Cursors },
  { channel, state, groupId, limit, cursor }: MessageQuery,
): Promise<Page<MessageModel>> {
  const scope = { operation: 'listMessages', filters: { channel, state, groupId } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await database.transaction(
    async (tx) =>
      MessageModel.query(tx.models)
        .modify((messages) => {
          if (channel !== undefined) void messages.where({ channel });
          if (state !== undefined) void messages.where({ state });
          if (groupId !== undefined) void messages.where('group_id', groupId);
          if (after !== undefined) void messages.where('id', '<', after.id);
        })
        .orderBy('id', 'desc')
        .limit(limit + 1),
    { readOnly: true },
  );
  return pageOf(rows, limit, (last) => cursors.encode(scope, { key: null, id: last.id }));
}
