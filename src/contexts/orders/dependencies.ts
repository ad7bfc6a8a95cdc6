import type { Database, Queryable, Transaction } from '../../database/transaction.ts';
import type { Enqueue } from '../../jobs/queue.ts';
import type { Geocoder } from '../../ports/geocoding.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Cursors } from '../../shared/cursor.ts';
import type { Money } from '../../shared/money.ts';
import type { CatalogQuestions } from '../catalog/index.ts';
import type { ExchangeRateQuestions } from '../exchange-rates/index.ts';
import type { NotificationQuestions } from '../notifications/index.ts';

export type { Offer } from '../catalog/index.ts';

/** How long things are possible. Copied to each order when it is placed: a changed setting never moves an old deadline. */
export interface OrderSettings {
  /** Until then an order can be changed. */
  readonly editSeconds: number;
  /** For so long an identical order of the same customer is refused. */
  readonly duplicateSeconds: number;
  /** For so long stock is held for a payment. */
  readonly paymentSeconds: number;
  /** `manual`: what customers pay is held until one of the staff captures it. */
  readonly captureMode: 'automatic' | 'manual';
  /** Articles without a price in the currency of an order are converted from their price in this one; undefined: never. */
  readonly baseCurrency: string | undefined;
}

/** What is asked of the payments; all of it in the caller's transaction, none of it calls a vendor. */
export interface OrderPayments {
  requestPayment(
    tx: Transaction,
    request: {
      readonly subject: { readonly kind: 'order'; readonly id: string };
      readonly customerId: string;
      readonly reference: string;
      readonly amount: Money;
      readonly description: string;
      readonly captureMode: OrderSettings['captureMode'];
    },
  ): Promise<{ readonly paymentId: string }>;
  changeAmountDue(tx: Transaction, paymentId: string, amount: Money): Promise<'changed' | 'in-flight'>;
  cancelPayment(tx: Transaction, paymentId: string, reason: string): Promise<void>;
  requestRefund(
    tx: Transaction,
    refund: { readonly paymentId: string; readonly amount: Money; readonly reason: string; readonly key: string },
  ): Promise<
    | { readonly outcome: 'requested'; readonly refundId: string }
    | { readonly outcome: 'exceeds-captured'; readonly refundable: Money }
  >;
  attemptInFlight(tx: Transaction, paymentId: string): Promise<boolean>;
  readPayments(queryable: Queryable, subjectIds: readonly string[]): Promise<readonly OrderPayment[]>;
}

/** Where the payment of an order stands. */
export interface OrderPayment {
  readonly paymentId: string;
  readonly subjectId: string;
  readonly due: Money;
  readonly captured: Money;
  readonly refunded: Money;
  /** Whether money is held that nobody has captured yet. */
  readonly held: boolean;
  /** What was captured and neither is given back nor about to be, in minor units. */
  readonly kept: bigint;
}

/** What the composition gives to orders. */
export interface OrdersDependencies {
  /** For operations. */
  readonly primary: Database;
  /** For jobs. */
  readonly worker: Database;
  readonly clock: Clock;
  readonly cursors: Cursors;
  readonly enqueue: Enqueue;
  readonly catalog: Pick<
    CatalogQuestions,
    'readOffers' | 'reserveStock' | 'consumeStock' | 'releaseStock' | 'extendStock' | 'returnStock'
  >;
  readonly exchangeRates: Pick<ExchangeRateQuestions, 'findExchangeRate'>;
  readonly payments: OrderPayments;
  readonly notifications: Pick<NotificationQuestions, 'queueMessages'>;
  /** How these accounts can be reached; those that must not be written to are left out. */
  readonly readContacts: (
    tx: Transaction,
    userIds: readonly string[],
  ) => Promise<readonly { readonly userId: string; readonly email: string | null }[]>;
  readonly geocoder: Geocoder;
  readonly settings: OrderSettings;
}
