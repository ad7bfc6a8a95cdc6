import { statement } from '../../database/transaction.ts';
import type { Transaction } from '../../database/transaction.ts';
import { recordDeadLetters } from '../../jobs/dead-letters.ts';
import { resendMessageJob } from './jobs.ts';

interface DeadRow {
  readonly id: string;
  readonly reason: string | null;
  readonly attempts: number;
}

const readDead = statement<DeadRow>(
  'notifications.read_dead_messages',
  `select id, reason, attempts from notifications.messages where id = any ($1) and state = 'dead'`,
);

/**
 * Writes a dead letter for each of these messages, in the transaction that ends them. Redriving one sends the message
 * again, with all checks.
 */
export async function buryMessages(tx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const rows = await tx.query(readDead, [ids]);
  await recordDeadLetters(
    tx,
    rows.map(({ id, reason, attempts }) => ({
      task: resendMessageJob.name,
      ref: id,
      reason: reason ?? 'unknown',
      payload: { messageId: id },
      // One that met its deadline before any call counts as one failure too.
      attempts: Math.max(1, attempts),
    })),
  );
}
