import type { RecipientFate } from './send-outcome.ts';

/** What a provider says later about a message it took, in our words. Reports come early, late, twice, in any order. */
export interface DeliveryReport {
  /** Unique per report at this provider: the same report twice is one. */
  readonly eventKey: string;
  readonly providerMessageId: string;
  /**
   * Our own key of the attempt, where the provider echoes it under a proof: the report then finds its message even if the
   * answer of the send call was lost. Absent: the provider's id alone is matched.
   */
  readonly reference?: string | undefined;
  /** `sent`: handed on to the carrier. The others are final; only `delivered` may correct another final state. */
  readonly state: 'sent' | 'delivered' | 'undelivered' | 'expired';
  /** The provider's own code, for people. */
  readonly code?: string | undefined;
  /** Set when it is about the address for good, such as a hard bounce or a complaint. */
  readonly recipient?: RecipientFate | undefined;
  readonly occurredAt: Date;
}
