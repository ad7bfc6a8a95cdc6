import { isParked } from './campaigns/held-message-store.ts';
import type { MessageModel } from './models.ts';

/** A message as the contract words it. */
export function messageBody(message: MessageModel) {
  return {
    id: message.id,
    channel: message.channel,
    class: message.class,
    address: message.address,
    subject: message.subject,
    // Such a text opens the account of its reader: whoever may look after messages may not read it.
    text: message.class === 'otp' ? null : message.body,
    state: message.state,
    reason: message.reason,
    attempts: message.attempts,
    provider: message.provider,
    userId: message.userId,
    groupId: message.groupId,
    createdAt: message.createdAt.toISOString(),
    deadline: message.deadline.toISOString(),
    // Parked: queued for a day that never comes, until its campaign is resumed.
    nextAttemptAt:
      message.nextAttemptAt === null || isParked(message.nextAttemptAt) ? null : message.nextAttemptAt.toISOString(),
    settledAt: message.settledAt?.toISOString() ?? null,
  };
}
