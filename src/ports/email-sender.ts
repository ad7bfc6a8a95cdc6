import type { MessageSender } from './send-outcome.ts';

export interface EmailMessage {
  /** Our own key of this attempt, unique; becomes part of the Message-ID. */
  readonly reference: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The same in HTML; the recipient's program chooses. */
  readonly html?: string | undefined;
  /** Set for marketing: becomes List-Unsubscribe with one-click POST (RFC 8058). */
  readonly unsubscribeUrl?: string | undefined;
}

/** A way to send e-mail. An error after the final dot of DATA is `unknown`: the other side may have taken the message. */
export type EmailSender = MessageSender<EmailMessage>;
