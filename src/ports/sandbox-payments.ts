import type { Money } from '../shared/money.ts';
import type { CaptureMode } from './payments.ts';

/** How a charge of the sandbox goes; a buyer chooses by the token `sandbox-<behaviour>`, or by hand on the pay page. */
export const sandboxBehaviours = [
  /** Paid at once. */
  'ok',
  'decline',
  /** The buyer must pass a challenge on the pay page. */
  'challenge',
  /** Paid, but the answer never arrives; its message comes a minute later. */
  'timeout',
  /** Taken in; the message of success comes after half a minute. */
  'delayed',
  /** Paid at once; its message comes three times. */
  'duplicate',
  /** Taken in; the message of success comes before that of processing. */
  'reordered',
  /** Taken in and paid; no message ever comes. */
  'lost',
  /** Taken in; the message of success is signed well and tells a minor unit more. */
  'wrong-amount',
  /** Paid at once; every refund of it is taken in, and fails later. */
  'refund-fails',
  /** Paid at once; every refund of it happens, but the answer to it never arrives. */
  'refund-timeout',
  /** Paid by hand on the pay page. */
  'page',
] as const;
export type SandboxBehaviour = (typeof sandboxBehaviours)[number];

export interface SandboxCharge {
  readonly id: string;
  readonly reference: string;
  readonly amount: Money;
  readonly captureMode: CaptureMode;
  readonly behaviour: SandboxBehaviour;
  readonly state: 'open' | 'processing' | 'authorised' | 'captured' | 'declined' | 'voided';
  readonly captured: bigint;
  readonly refunded: bigint;
  readonly declineCode: string | null;
  readonly description: string;
}

export interface SandboxMove {
  readonly id: string;
  readonly chargeId: string;
  readonly kind: 'capture' | 'void' | 'refund';
  readonly key: string;
  readonly amount: Money;
  readonly state: 'pending' | 'succeeded' | 'failed';
  readonly at: Date;
}

/** A change of a charge, what moved with it, what the provider will say of it and when; all of it happens or nothing. */
export interface SandboxPlan {
  readonly charge: SandboxCharge;
  readonly moves: readonly SandboxMove[];
  readonly events: readonly { readonly body: string; readonly dueAt: Date }[];
}

/**
 * The books of the sandbox provider, so that they are the same in every process. Payments implements it on PostgreSQL; the
 * adapter decides what happens and never sees the database.
 */
export interface SandboxBooks {
  /** Makes a charge once per key, and counts the call. @returns the charge of this key, new or old */
  charge(key: string, plan: SandboxPlan): Promise<SandboxCharge>;
  /**
   * Changes a charge under its lock, once per key, and counts the call.
   *
   * @param decide gives what happens to the charge as it is now, its own move first; undefined refuses
   * @returns the move of this key, new or old; undefined when there is no such charge or it was refused
   */
  move(
    call: { readonly chargeId: string; readonly kind: SandboxMove['kind']; readonly key: string },
    decide: (charge: SandboxCharge) => SandboxPlan | undefined,
  ): Promise<SandboxMove | undefined>;
  /** Changes a charge as its buyer wants. @returns the charge as it is then; undefined when there is no such charge */
  change(
    chargeId: string,
    decide: (charge: SandboxCharge) => SandboxPlan | undefined,
  ): Promise<SandboxCharge | undefined>;
  find(by: { readonly id: string } | { readonly reference: string }): Promise<SandboxCharge | undefined>;
  /** Captures and refunds that succeeded in `from ≤ t < until`, the oldest first, strictly after the cursor. */
  list(query: {
    readonly from: Date;
    readonly until: Date;
    readonly after: string | undefined;
    readonly limit: number;
  }): Promise<readonly (SandboxMove & { readonly reference: string })[]>;
}

/** The sandbox's counter, where buyers pay by hand and from where its messages are sent. */
export interface SandboxDesk {
  show(chargeId: string): Promise<SandboxCharge | undefined>;
  /** @returns the charge as it is then, and whether this decided it; undefined when there is none */
  decide(
    chargeId: string,
    decision: 'pay' | 'decline',
  ): Promise<{ readonly charge: SandboxCharge; readonly effective: boolean } | undefined>;
  /** The header that proves a message. */
  sign(body: string, at: Date): string;
}
