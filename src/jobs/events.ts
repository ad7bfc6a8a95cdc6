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
