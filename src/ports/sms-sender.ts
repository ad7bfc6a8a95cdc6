import type { MessageSender } from './send-outcome.ts';

/** One text to one phone. */
export interface SmsMessage {
  /** Our own key of this attempt, unique: a vendor that dedupes receives it and sends once however often we call. */
  readonly reference: string;
  /** E.164 with `+`. */
  readonly to: string;
  readonly text: string;
  /** After this moment the text is worthless: the vendor is asked not to deliver it later. */
  readonly validUntil?: Date | undefined;
}

/** A vendor that sends text messages. */
export type SmsSender = MessageSender<SmsMessage>;
