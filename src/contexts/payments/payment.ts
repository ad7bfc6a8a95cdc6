import type { CaptureMode } from '../../ports/payments.ts';
import type { Money } from '../../shared/money.ts';

/** What is paid for. */
export interface Subject {
  readonly kind: 'order';
  readonly id: string;
}

/** Why a person must look at a payment. */
export const paymentFlags = [
  'amount-mismatch',
  'second-success',
  'outcome-unknown',
  'refund-failed',
  'disputed',
] as const;
export type PaymentFlag = (typeof paymentFlags)[number];

/** Sums in minor units of the payment's currency. */
export interface Sums {
  /** Held or taken: what was captured is in it. */
  readonly authorised: bigint;
  readonly captured: bigint;
  readonly capturePending: bigint;
  readonly refunded: bigint;
  readonly refundPending: bigint;
}

/** Something that a customer pays, by one attempt or several. */
export interface Payment extends Sums {
  readonly id: string;
  readonly subject: Subject;
  readonly customerId: string;
  readonly reference: string;
  readonly description: string;
  readonly currency: string;
  readonly amountDue: bigint;
  readonly captureMode: CaptureMode;
  readonly cancelledAt: Date | null;
  readonly cancelReason: string | null;
  readonly flags: readonly PaymentFlag[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What a payment is, in one word, by its sums. */
export const paymentStates = [
  'open',
  'authorised',
  'partly_captured',
  'captured',
  'partly_refunded',
  'refunded',
  'cancelled',
] as const;
export type PaymentState = (typeof paymentStates)[number];

export function stateOf(payment: Payment): PaymentState {
  const { amountDue, authorised, captured, refunded, cancelledAt } = payment;
  if (captured > 0n) {
    if (refunded === captured) return 'refunded';
    if (refunded > 0n) return 'partly_refunded';
    return captured >= amountDue ? 'captured' : 'partly_captured';
  }
  if (cancelledAt !== null) return 'cancelled';
  return authorised > 0n ? 'authorised' : 'open';
}

/** What can be given back now. */
export function refundable({ captured, refunded, refundPending }: Sums): bigint {
  return captured - refunded - refundPending;
}

/** What can be captured now. */
export function capturable({ authorised, captured, capturePending }: Sums): bigint {
  return authorised - captured - capturePending;
}

export function inCurrencyOf({ currency }: { readonly currency: string }, amount: bigint): Money {
  return { amount, currency };
}
