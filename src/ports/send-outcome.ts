/**
 * `gone`: there is no such address. `opted-out`: the carrier blocks us at the recipient's wish, until they say START.
 * `unsubscribed`: they told the provider that they want no marketing. `complained`: they called a message spam.
 */
export type RecipientFate = 'gone' | 'opted-out' | 'unsubscribed' | 'complained';

/**
 * What became of one call that hands a message to a provider. Everything but `unknown` is certain: only `unknown` means that
 * the message may be on its way although nobody said so.
 */
export type SendOutcome =
  | { readonly outcome: 'accepted'; readonly providerMessageId: string }
  /** This message will never be taken: bad address, blocked, text refused. The provider itself is well. */
  | {
      readonly outcome: 'rejected';
      readonly code: string;
      readonly detail: string;
      /** Set when it is about the address for good, not about this message: nothing more is sent there. */
      readonly recipient?: RecipientFate | undefined;
    }
  /** Certainly not sent: the provider, or our own guard in front of it, asks for a pause. */
  | { readonly outcome: 'throttled'; readonly retryAfterSeconds: number }
  /** Certainly not sent: connection refused, provider down, credit gone. */
  | { readonly outcome: 'unavailable'; readonly code: string; readonly detail: string }
  | { readonly outcome: 'unknown'; readonly detail: string };

export interface SendOptions {
  /** Aborts when waiting has become pointless. A call aborted after the request may have left answers `unknown`. */
  readonly signal: AbortSignal;
  /** W3C trace context of the call: senders that speak HTTP pass it on as `traceparent`. Absent: nothing is recorded. */
  readonly traceparent?: string | undefined;
}

/** `open` refuses without calling; `probing` lets one call through to see whether the other side is well again. */
export type CircuitState = 'closed' | 'open' | 'probing';

export interface Circuit {
  readonly state: CircuitState;
  /** Why it last changed. */
  readonly reason: string;
}

/** One way to hand over messages of one kind. */
export interface MessageSender<Message> {
  /** The provider's name as configuration, metrics and rows spell it: `sandbox`, `smtp`, `twilio`. */
  readonly name: string;
  /** True when the provider sends one message per reference however often it is asked: then `unknown` may be resent. */
  readonly deduplicates: boolean;
  /** False when the vendor takes no `List-Unsubscribe` with a message. Absent: it does, or the channel has nothing like it. */
  readonly carriesUnsubscribe?: boolean;
  /** Never throws for anything the other side does: that is an outcome. Calls may run in parallel. */
  send(message: Message, options: SendOptions): Promise<SendOutcome>;
  /**
   * How many calls would be let through now: 0 while a circuit is open, 1 while it is being probed. Absent: no limit.
   */
  admits?(): number;
  /** The circuit in front of it, for people. Absent: there is none. */
  circuit?(): Circuit;
}
