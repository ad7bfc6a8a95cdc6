import type { Database } from '../../database/transaction.ts';
import { notFound } from '../../shared/platform-problems.ts';
import { AttemptModel, MessageModel, ReportModel } from './models.ts';

/** A message's calls and reports, at most so many of each: the contract bounds its lists. */
const MOST = 100;

export interface MessageHistory {
  readonly message: MessageModel;
  readonly attempts: readonly AttemptModel[];
  readonly reports: readonly ReportModel[];
}

/**
 * A message with every call made about it and every report that came, oldest first.
 *
 * @throws Problem 404 `not-found`
 */
export async function getMessage({ database }: { readonly database: Database }, id: string): Promise<MessageHistory> {
  return database.transaction(
    async (tx) => {
      const message = await MessageModel.query(tx.models).findById(id);
      if (message === undefined) throw notFound();
      const attempts = await AttemptModel.query(tx.models).where('message_id', id).orderBy('started_at').limit(MOST);
      const reports = await ReportModel.query(tx.models).where('message_id', id).orderBy('received_at').limit(MOST);
      return { message, attempts, reports };
    },
    { readOnly: true, isolation: 'repeatable read' },
  );
}
