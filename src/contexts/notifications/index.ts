import type { Queryable, Transaction } from '../../database/transaction.ts';
import type { MessageCounts, MessageRequest } from './message.ts';

export type { Channel, MessageClass, MessageCounts, MessageRequest, MessageState } from './message.ts';

/** What other contexts may ask of notifications. */
export interface NotificationQuestions {
  /**
   * Stores the messages and enqueues their sending, in the caller's transaction: they exist if and only if it commits.
   * Set-based: hand over a whole chunk in one call. Does NOT call a provider, and never refuses a message: opt-out,
   * spending limits and deadlines are judged when it is about to leave.
   *
   * @returns how many were new; requests whose `dedupeKey` is already known are skipped.
   */
  queueMessages(tx: Transaction, requests: readonly MessageRequest[]): Promise<number>;

  /** Counts a group's messages by state from maintained counters: cheap enough to ask every second. */
  countGroup(queryable: Queryable, groupId: string): Promise<MessageCounts>;

  /** Cancels the group's messages that nobody has begun to send. @returns how many. */
  cancelGroup(tx: Transaction, groupId: string): Promise<number>;

  /**
   * Whether today's SMS budget still has room for one more message to this number (in total and for its country).
   * Ask before answering an OTP request; sending checks again on its own.
   */
  hasSmsBudget(queryable: Queryable, phone: string): Promise<boolean>;
}
