/** One text to one phone. */
export interface SmsMessage {
  /** Our own key of this attempt, unique: a vendor that dedupes receives it and sends once however often we call. */
  readonly reference: string;
  /** E.164 with `+`. */
  readonly to: string;
  readonly text: string;
  /** After this moment the text is worthless: the vendor is asked not to deliver it later. */
  readonly validUntil?: Date;
}

/**
 * What became of one call. `unknown` means that the request may have left: it is resent only through a vendor that
 * dedupes by our reference.
 */
export type SmsOutcome =
  | { readonly outcome: 'accepted'; readonly providerMessageId: string }
  /** This message will never be taken (bad number, blocked, text refused). */
  | { readonly outcome: 'rejected'; readonly code: string; readonly detail: string }
  /** Certainly not sent; the vendor asks for a pause. */
  | { readonly outcome: 'throttled'; readonly retryAfterSeconds: number }
  /** Certainly not sent: connection refused, vendor down, credit gone. */
  | { readonly outcome: 'unavailable'; readonly code: string; readonly detail: string }
  | { readonly outcome: 'unknown'; readonly detail: string };

/** A delivery report in our words. */
export interface SmsReport {
  /** Unique per report at this provider: the same report twice is one. */
  readonly eventKey: string;
  readonly providerMessageId: string;
  readonly state: 'delivered' | 'undelivered' | 'expired';
  readonly code?: string;
  readonly occurredAt: Date;
}

/** A vendor that sends text messages. Never throws for anything the vendor does: it is an outcome. */
export interface SmsSender {
  /** The vendor's name as configuration, metrics and rows spell it: `sandbox`, `twilio`. */
  readonly name: string;
  /** True when the vendor sends one message per reference however often it is asked. */
  readonly deduplicates: boolean;
  send(message: SmsMessage, options: { readonly signal: AbortSignal }): Promise<SmsOutcome>;
}
