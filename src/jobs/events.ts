import type { Transaction } from '../database/transaction.ts';
import { enqueue } from './enqueue.ts';
import type { Job } from './queue.ts';

/** Facts that contexts tell each other, and what each says. */
export interface Events {
  /** The account proved that it holds this phone (E.164). Whoever had it verified before no longer has it. */
  readonly 'user.phone_verified': { readonly userId: string; readonly phone: string; readonly verifiedAt: string };
  /** The account proved that it holds this address: a new account, or its new address. */
  readonly 'user.email_verified': { readonly userId: string };
  /**
   * The account is erased (RFC 3339 when): whoever keeps something about this person erases it, too, or keeps no more than
   * the id. Address and number are told because both may belong to somebody else by now: only what is older is meant.
   */
  readonly 'user.deleted': {
    readonly userId: string;
    readonly email: string | null;
    readonly phone: string | null;
    readonly deletedAt: string;
  };
  /**
   * What can be ordered of a variant at one place has fallen to its threshold or below. Once per fall: it is told again only
   * after there was more.
   */
  readonly 'stock.low': {
    readonly variantId: string;
    readonly sku: string;
    readonly locationId: string;
    readonly available: number;
    readonly lowStockAt: number;
  };
  /** Money came; `capturedTotal` tells whether all of it. */
  readonly 'payment.captured': PaymentEvent;
  /** An attempt is over without success; another one may follow. */
  readonly 'payment.declined': PaymentEvent;
  readonly 'payment.refunded': PaymentEvent;
  /** The provider could not give it back: a person must. */
  readonly 'payment.refund_failed': PaymentEvent;
  /** What was authorised, or an attempt in flight, was let go. */
  readonly 'payment.voided': PaymentEvent;
  /** The buyer's bank took money back, or the dispute about it has ended; `code` is its state. */
  readonly 'payment.disputed': PaymentEvent;
  /** A person must look at it; `code` says why. */
  readonly 'payment.flagged': PaymentEvent;
}

/** What every event about a payment says. Amounts are minor units of the currency. */
export interface PaymentEvent {
  readonly paymentId: string;
  readonly attemptId: string;
  readonly subject: { readonly kind: 'order'; readonly id: string };
  /** What the fact is about: captured, refused, given back, let go, disputed. */
  readonly amount: number;
  readonly currency: string;
  readonly amountDue: number;
  /** Since the beginning, this fact included. */
  readonly capturedTotal: number;
  readonly refundedTotal: number;
  /** Of facts about refunds. */
  readonly refundId: string | null;
  /** Why, where something was refused, failed or flagged. */
  readonly code: string | null;
}

/** Who listens, by event: each gets a job of its own, with the event as its payload. */
export type Subscribers = { readonly [Name in keyof Events]?: readonly Job<object>[] };

/** Tells a fact in the caller's transaction: every subscriber's job exists if and only if that transaction commits. */
export type Publish = <Name extends keyof Events>(tx: Transaction, event: Name, payload: Events[Name]) => Promise<void>;

/**
 * @param subscribers - of every context, read at the moment of publishing, so that contexts can be made in any order.
 */
export function createPublish(subscribers: () => Iterable<Subscribers>): Publish {
  return async (tx, event, payload) => {
    for (const list of subscribers()) {
      for (const job of list[event] ?? []) await enqueue(tx, job, payload);
    }
  };
}
