import type { Transaction } from '../../database/transaction.ts';
import type { RewardsDependencies } from './dependencies.ts';

/** A grant that was credited, and what its owner is told. */
export interface BonusMessage {
  /** The grant: one message each, for ever. */
  readonly id: string;
  readonly phone: string;
  readonly userId: string;
  readonly importId: string;
  readonly message: string;
}

/** Queues one SMS for each credited grant in the transaction that credits it. */
export async function queueBonusMessages(
  { tx, notifications }: { readonly tx: Transaction } & Pick<RewardsDependencies, 'notifications'>,
  messages: readonly BonusMessage[],
): Promise<void> {
  await notifications.queueMessages(
    tx,
    messages.map(({ id, phone, userId, importId, message }) => ({
      dedupeKey: `bonus:${id}`,
      channel: 'sms',
      class: 'transactional',
      address: phone,
      text: message,
      userId,
      groupId: importId,
    })),
  );
}
