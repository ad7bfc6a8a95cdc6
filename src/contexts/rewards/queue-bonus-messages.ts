import type { Transaction } from '../../database/transaction.ts';
import type { SmsTemplate } from '../notifications/index.ts';
import type { RewardsDependencies } from './dependencies.ts';

/** A grant that was credited, and what its owner is told. */
export interface BonusMessage {
  /** The grant: one message each, for ever. */
  readonly id: string;
  readonly phone: string;
  readonly userId: string;
  readonly importId: string;
  readonly message: string;
  /** The campaign's; null where `message` is the text. */
  readonly smsTemplate: SmsTemplate | null;
}

/** Queues one SMS for each credited grant in the transaction that credits it, with few statements however many there are. */
export async function queueBonusMessages(
  { tx, notifications }: { readonly tx: Transaction } & Pick<RewardsDependencies, 'notifications'>,
  messages: readonly BonusMessage[],
): Promise<void> {
  await notifications.queueMessages(
    tx,
    messages.flatMap(({ id, phone, userId, importId, message, smsTemplate }) =>
      smsTemplate === null
        ? {
            dedupeKey: `bonus:${id}`,
            channel: 'sms',
            class: 'transactional',
            address: phone,
            text: message,
            userId,
            groupId: importId,
          }
        : [],
    ),
  );
  const templated = Map.groupBy(messages, ({ smsTemplate }) => smsTemplate);
  for (const [template, own] of templated) {
    if (template === null) continue;
    await notifications.queueTemplatedSms(
      tx,
      template,
      own.map(({ id, phone, userId, importId }) => ({ dedupeKey: `bonus:${id}`, phone, userId, groupId: importId })),
    );
  }
}
