import type { Money } from '../shared/money.ts';
import type { Circuit } from './send-outcome.ts';

/** Whether the provider takes what it authorised by itself, or waits to be told. */
export type CaptureMode = 'automatic' | 'manual';

/**
 * What became of one call that moves money. Everything but `unknown` is certain; a timeout is `unknown`, never `declined`.
 * `pending`: taken in, and told later by a webhook.
 */
export type PaymentOutcome<Done = { readonly providerRef?: string | undefined }> =
  | ({ readonly outcome: 'succeeded' } & Done)
  | ({ readonly outcome: 'requires_action'; readonly action: BuyerAction } & Refs)
  | ({ readonly outcome: 'pending' } & Refs)
  | {
      readonly outcome: 'declined';
      /** Fit for rows and metrics: `insufficient-funds`, `stripe-card_declined`. */
      readonly code: string;
      readonly detail: string;
      readonly providerRef?: string | undefined;
      /** True: nothing was judged, for the call did not arrive or was told to come later. The same call may be made again. */
      readonly retryable: boolean;
    }
  | { readonly outcome: 'unknown'; readonly detail: string; readonly providerRef?: string | undefined };

interface Refs {
  /** The provider's name of the payment; some tell it only in their webhook. */
  readonly providerRef?: string | undefined;
  /** What takes the invitation to pay back, where that is not the payment's own name. */
  readonly handle?: string | undefined;
}

/** What the buyer has to do. Whoever has it can pay, or see the payment: it is kept sealed and told to the buyer only. */
export type BuyerAction =
  | { readonly kind: 'redirect'; readonly url: string }
  | { readonly kind: 'client_secret'; readonly clientSecret: string }
  /** A form that the browser posts to the bank. */
  | { readonly kind: 'challenge'; readonly url: string; readonly fields: Readonly<Record<string, string>> };

export type ProviderState =
  'requires_action' | 'processing' | 'authorised' | 'captured' | 'declined' | 'voided' | 'expired';

/** A payment as its provider sees it. */
export interface ProviderPayment {
  readonly providerRef: string;
  /** Ours: the attempt's id. Undefined where the provider knows none. */
  readonly reference: string | undefined;
  readonly state: ProviderState;
  /** What the buyer was asked for. */
  readonly amount: Money;
  /** In minor units of `amount`: taken so far, before refunds. */
  readonly captured: bigint;
  /** Undefined: the provider does not tell. */
  readonly refunded: bigint | undefined;
  /** Until when an authorisation holds. */
  readonly expiresAt?: Date | undefined;
  /** Why it was refused last. */
  readonly declineCode?: string | undefined;
}

export interface StartPayment {
  /** Ours, unique: it is also the key under which the provider does this once. */
  readonly attemptId: string;
  readonly amount: Money;
  readonly captureMode: CaptureMode;
  readonly description: string;
  /** The buyer's account here. */
  readonly customerId: string;
  /** The provider's token of a way to pay, from its own page or library; never card data. */
  readonly methodToken: string | undefined;
  /** Where the provider sends the buyer back to; undefined: nowhere is configured. */
  readonly returnUrl: string | undefined;
}

export interface MovePayment extends Refs {
  /** Ours, unique: the provider does this once. */
  readonly key: string;
  /** The attempt's id. */
  readonly reference: string;
  readonly amount: Money;
}

export interface CallOptions {
  /** Aborts when waiting has become pointless. A call aborted after the request may have left is `unknown`. */
  readonly signal: AbortSignal;
  /** W3C trace context of the call. */
  readonly traceparent?: string | undefined;
}

export type FetchOutcome =
  | { readonly outcome: 'found'; readonly payment: ProviderPayment }
  /** It knows of none. Right after a timeout that is no proof. */
  | { readonly outcome: 'not_found' }
  /** No answer, or one in a state that nobody mapped. */
  | { readonly outcome: 'unavailable'; readonly code: string; readonly detail: string };

/** Names a capture by what was captured with it in total, for providers tell of the same capture in several ways. */
export function captureId(providerRef: string, captured: bigint): string {
  return `${providerRef}@${captured}`;
}

/** One movement of money in the provider's own books. */
export interface ProviderTransaction {
  readonly operation: 'capture' | 'refund';
  /** Of a capture {@link captureId}; of a refund the provider's name of it. */
  readonly transactionId: string;
  readonly providerRef: string;
  readonly reference: string | undefined;
  readonly amount: Money;
  readonly at: Date;
}

export type ListOutcome =
  | {
      readonly outcome: 'listed';
      readonly transactions: readonly ProviderTransaction[];
      /** Undefined: there is no more. */
      readonly cursor: string | undefined;
    }
  | { readonly outcome: 'unavailable'; readonly code: string; readonly detail: string };

/** What a provider tells in a message. */
export type ProviderFact =
  | { readonly fact: 'payment'; readonly payment: ProviderPayment }
  /** Something changed: the provider is asked what. */
  | { readonly fact: 'look'; readonly providerRef: string; readonly reference: string | undefined }
  | {
      readonly fact: 'refund';
      readonly refundRef: string;
      /** Our key of the refund; undefined where it was made elsewhere, or the provider does not repeat it. */
      readonly key: string | undefined;
      readonly providerRef: string;
      readonly reference: string | undefined;
      readonly amount: Money;
      readonly state: 'pending' | 'succeeded' | 'failed';
    }
  | {
      readonly fact: 'dispute';
      readonly disputeRef: string;
      readonly providerRef: string;
      readonly amount: Money;
      readonly state: 'opened' | 'won' | 'lost';
      readonly reason: string;
    }
  /** Known, and of no interest. */
  | { readonly fact: 'nothing' }
  /** In words that nobody mapped: a person must look. */
  | { readonly fact: 'unmapped'; readonly code: string };

export interface PushedMessage {
  /** What the message is of, where the provider has an address per kind; else empty. */
  readonly kind: string;
  /** The header that proves who sent it. */
  readonly signature: string | undefined;
  /** The body's bytes as they were sent: what signatures cover. */
  readonly raw: Buffer;
  /** When it came. */
  readonly at: Date;
}

export type MessageVerdict =
  | {
      readonly verdict: 'verified';
      /** Equal when the provider repeats itself, different for different facts. */
      readonly dedupeKey: string;
      readonly kind: string;
      /** What may be stored of it: no cards, names, addresses. {@link PaymentProvider.readMessage} reads it. */
      readonly stored: Buffer;
    }
  | { readonly verdict: 'rejected'; readonly reason: string };

/** What the provider's program takes for success. */
export interface Acknowledgement {
  readonly status: 200 | 204;
  readonly body: Readonly<Record<string, string | number | boolean>> | undefined;
}

/** Everything this provider cannot do is refused before it is asked. */
export interface PaymentCapabilities {
  /** `once`: what is not captured then is released. `no`: all or nothing. */
  readonly partialCapture: 'no' | 'once' | 'often';
  /** Days after which nothing can be given back. */
  readonly refundDays: number;
  /** How long it remembers a key: for that long the same call may be made again. */
  readonly keySeconds: number;
  /** How long a call may take on its side: before that, "not found" proves nothing. */
  readonly processingSeconds: number;
}

/** What a provider asks before it lets a buyer pay; it wants an answer at once. */
export interface PaymentCheck {
  /** The attempt's id. */
  readonly reference: string;
  readonly amount: Money;
}

export type CheckAnswer = 'accept' | 'unknown-reference' | 'wrong-amount' | 'refuse';

/** Somebody who takes money from buyers. Calls never throw for anything the other side does, and may run in parallel. */
export interface PaymentProvider {
  /** As configuration, metrics and rows spell it: `stripe`. */
  readonly name: string;
  readonly capabilities: PaymentCapabilities;
  startPayment(
    command: StartPayment,
    options: CallOptions,
  ): Promise<PaymentOutcome<{ readonly payment: ProviderPayment }>>;
  /** Takes what was authorised, or a part. `providerRef` is the payment's. */
  capture(command: MovePayment & { readonly releaseRest: boolean }, options: CallOptions): Promise<PaymentOutcome>;
  /** Lets go of what was authorised and not captured, or takes an invitation to pay back. */
  void(command: MovePayment, options: CallOptions): Promise<PaymentOutcome>;
  /** Gives back. `providerRef` of the outcome is the refund's. */
  refund(command: MovePayment, options: CallOptions): Promise<PaymentOutcome>;
  fetch(
    payment: { readonly reference: string; readonly providerRef?: string | undefined },
    options: CallOptions,
  ): Promise<FetchOutcome>;
  /** What moved in `from ≤ t < until`, a page at a time. */
  list(
    period: { readonly from: Date; readonly until: Date; readonly cursor?: string | undefined },
    options: CallOptions,
  ): Promise<ListOutcome>;
  /** Checks who sent it, in constant time. Never throws. */
  parseWebhook(message: PushedMessage): MessageVerdict;
  /** Reads what {@link parseWebhook} kept. */
  readMessage(message: { readonly kind: string; readonly stored: Buffer }): ProviderFact;
  acknowledge(): Acknowledgement;
  /** For providers that ask before they let pay: reads the question, and words the answer. */
  readonly check?: {
    read(stored: Buffer): PaymentCheck | undefined;
    answer(answer: CheckAnswer): Acknowledgement;
  };
  /** The circuit in front of it, for people. Absent: there is none. */
  circuit?(): Circuit;
}
