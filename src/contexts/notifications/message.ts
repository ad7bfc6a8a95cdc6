import type { Category } from './category.ts';
import type { VariableValue } from './templates/template.ts';

/** Every state a message can be in; README.md draws the steps between them. */
export const messageStates = [
  'scheduled',
  'queued',
  'claimed',
  'sending',
  'retry_wait',
  'unknown',
  'sent',
  'delivered',
  'undelivered',
  'expired',
  'suppressed',
  'cancelled',
  'dead',
] as const;

export type MessageState = (typeof messageStates)[number];

export type Channel = 'sms' | 'email';

/**
 * `otp`: the text holds a credential (code, reset or verification link). It has its own runner and its own share of every
 * provider, is never shown to staff, and is never sent after its deadline. `transactional`: follows from what the person
 * did. `marketing`: an opt-out stops it.
 */
export type MessageClass = 'otp' | 'transactional' | 'marketing';

/** One message that another context wants sent. */
export interface MessageRequest {
  /** Unique for ever: a second request under the same key is the same message. Name the cause: `bonus:<grant id>`. */
  readonly dedupeKey: string;
  /** Given by whoever must know it before the message is stored, such as a link in its text. Default: a new one. */
  readonly id?: string | undefined;
  readonly channel: Channel;
  readonly class: MessageClass;
  /** E.164 with `+` for SMS, an e-mail address for e-mail. */
  readonly address: string;
  /**
   * The text is one of the code, which staff may have replaced: a template published under the key is filled in with the values, and
   * takes the place of subject, text and html.
   */
  readonly wording?: { readonly key: string; readonly values: readonly VariableValue[] } | undefined;
  /** E-mail only; at most 255 characters. */
  readonly subject?: string | undefined;
  /** At most 20,000 characters. */
  readonly text: string;
  /** E-mail only, beside the text; safe already. */
  readonly html?: string | undefined;
  /** Of its class. What it is judged by: preferences and quiet hours. Default: those of its class. */
  readonly category?: Category | undefined;
  readonly templateVersionId?: string | undefined;
  /** Not before it. Default: now. The deadline is counted from it. */
  readonly sendAt?: Date | undefined;
  /** No attempt starts after it. Default: 24 hours from now, or from `sendAt`; for `otp` give the end of the code's life. */
  readonly deadline?: Date | undefined;
  readonly userId?: string | undefined;
  /** Messages with one group are counted together: the import or campaign that caused them. */
  readonly groupId?: string | undefined;
}

/** How many messages of a group are in each state; all states are present. */
export type MessageCounts = Readonly<Record<MessageState, number>>;
