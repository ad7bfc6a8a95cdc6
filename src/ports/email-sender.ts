export interface EmailMessage {
  /** Our own key of this attempt, unique; becomes part of the Message-ID. */
  readonly reference: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Set for marketing: becomes List-Unsubscribe with one-click POST (RFC 8058). */
  readonly unsubscribeUrl?: string;
}

/** What became of one call; `unknown` means that the message may have been taken (an error after the final dot of DATA). */
export type EmailOutcome =
  | { readonly outcome: 'accepted'; readonly providerMessageId: string }
  | { readonly outcome: 'rejected'; readonly code: string; readonly detail: string }
  | { readonly outcome: 'throttled'; readonly retryAfterSeconds: number }
  | { readonly outcome: 'unavailable'; readonly code: string; readonly detail: string }
  | { readonly outcome: 'unknown'; readonly detail: string };

/** A way to send e-mail. Never throws for anything the other side does: it is an outcome. */
export interface EmailSender {
  /** The name as configuration, metrics and rows spell it: `sandbox`, `smtp`. */
  readonly name: string;
  readonly deduplicates: boolean;
  send(message: EmailMessage, options: { readonly signal: AbortSignal }): Promise<EmailOutcome>;
}
