import type { DeliveryReport } from './delivery-report.ts';

/** A report as it came over the wire. Nothing in it is believed before the vendor's proof has been checked. */
export interface PushedReport {
  /** The body's bytes as they were sent: what signatures cover. */
  readonly raw: Buffer;
  readonly mediaType: string;
  /** The last segment of the path: our reference, or the secret token, as the vendor's scheme has it. */
  readonly key: string;
  /** The vendor's signature header; undefined when it sends none. */
  readonly signature?: string | undefined;
}

/** What a pushed report is worth. */
export type PushVerdict =
  /** Sent by the vendor, or by somebody who knows what only the vendor was told. */
  | { readonly verdict: 'genuine'; readonly reports: readonly DeliveryReport[] }
  /** Says that something is known of these messages, not what: the vendor is asked. */
  | { readonly verdict: 'hint'; readonly providerMessageIds: readonly string[] }
  /** Not proven: nothing of it may be stored. */
  | { readonly verdict: 'forged' };

/** Reads what one vendor pushes. */
export interface DeliveryWebhook {
  /** As the sender of the same vendor spells it. */
  readonly name: string;
  /** Never throws, never rejects. Compares secrets in constant time. */
  judge(pushed: PushedReport): PushVerdict | Promise<PushVerdict>;
}
