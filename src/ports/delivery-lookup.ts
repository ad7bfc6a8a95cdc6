import type { DeliveryReport } from './delivery-report.ts';

/** A message whose fate is asked for. */
export interface MessageInDoubt {
  /** Our own key of the attempt, as the sender got it. */
  readonly reference: string;
  /** Null while the answer of the send call is not known. */
  readonly providerMessageId: string | null;
}

/** What a vendor says when it is asked; messages it says nothing final or new about are left out. */
export type LookupOutcome =
  | { readonly outcome: 'answered'; readonly reports: readonly DeliveryReport[] }
  /** Nothing is known of any of them now; ask again later. */
  | { readonly outcome: 'unavailable'; readonly code: string };

/** A vendor that tells a message's state when it is asked. */
export interface DeliveryLookup {
  /** As the sender of the same vendor spells it. */
  readonly name: string;
  /** Messages per question. */
  readonly most: number;
  /** After this long the vendor has forgotten a message: asking is pointless. */
  readonly remembersMilliseconds: number;
  /** Never throws for anything the vendor does. The same message in the same state gives the same `eventKey`. */
  find(messages: readonly MessageInDoubt[], options: { readonly signal: AbortSignal }): Promise<LookupOutcome>;
}
