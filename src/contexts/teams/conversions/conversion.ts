import type { Leg } from '../expenses/entry.ts';

/** A debt of one member to another, moved from one currency into another. */
export interface Conversion {
  readonly id: string;
  readonly teamId: string;
  /** Owed before it in the one currency, after it in the other. */
  readonly debtorId: string;
  readonly creditorId: string;
  /** In minor units of their currencies; above zero. */
  readonly amount: bigint;
  readonly currency: string;
  readonly convertedAmount: bigint;
  readonly convertedCurrency: string;
  readonly rate: StoredRate;
  /** `void`: as if it had never been. */
  readonly state: 'counted' | 'void';
  /** The member who recorded it. */
  readonly recordedBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The rate that was used, and where it is from. It stays, whatever is corrected later. */
export interface StoredRate {
  /** A decimal. */
  readonly rate: string;
  readonly date: string;
  readonly provider: string;
  /** What the provider quotes against. */
  readonly base: string;
  /** It was the last one known, and older than rates should be. */
  readonly stale: boolean;
}

/** In the currency that is left the debtor pays what they owe; in the other the creditor does, so that it is owed there. */
export function legsOf({ debtorId, creditorId, amount, convertedAmount }: Conversion): {
  readonly from: readonly Leg[];
  readonly to: readonly Leg[];
} {
  return {
    from: [
      { memberId: debtorId, paid: amount, owed: 0n },
      { memberId: creditorId, paid: 0n, owed: amount },
    ],
    to: [
      { memberId: creditorId, paid: convertedAmount, owed: 0n },
      { memberId: debtorId, paid: 0n, owed: convertedAmount },
    ],
  };
}
