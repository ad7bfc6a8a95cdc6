import type { MoneyBody } from '../../../shared/money.ts';
import type { TaxClass } from '../pricing/tax-rate-store.ts';
import type { OrderState } from './transitions.ts';

// What stands in events and in the projection, so it is JSON: moments are RFC 3339 texts with milliseconds, amounts whole minor
// units of the order's currency, checked to be safe integers before they are written.

export const salesChannels = ['web', 'app'] as const;
/** Where something is sold. */
export type SalesChannel = (typeof salesChannels)[number];

/** Where a price comes from that the catalog does not have in the order's currency. */
export interface PriceConversion {
  readonly price: MoneyBody;
  /** Units of the order's currency for one unit of the price's, as a decimal. */
  readonly rate: string;
  /** Who published the rate, and of which day it is. */
  readonly provider: string;
  readonly asOf: string;
}

/** What was bought, as it was when it was bought: nothing that happens in the catalog later reaches it. */
export interface OrderLine {
  readonly id: string;
  readonly variantId: string;
  readonly sku: string;
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  readonly imageUrl: string | null;
  readonly quantity: number;
  readonly unitPrice: number;
  /** Given when the price was converted. */
  readonly conversion?: PriceConversion;
  readonly taxClass: TaxClass;
  readonly taxBasisPoints: number;
  /** Quantity times price. */
  readonly subtotal: number;
  /** Its part of the order's discount. */
  readonly discount: number;
  /** On what is left, rounded once, halves to even. */
  readonly tax: number;
  readonly total: number;
}

export interface OrderShipping {
  readonly method: string;
  readonly name: string;
  readonly price: number;
  readonly taxClass: TaxClass;
  readonly taxBasisPoints: number;
  readonly tax: number;
}

/** What a coupon was worth when the order was placed; an edit applies the same terms again. */
export interface DiscountTerms {
  readonly couponId: string;
  readonly code: string;
  /** Exactly one of these two is given. */
  readonly basisPoints: number | null;
  readonly amount: number | null;
}

export interface OrderTotals {
  readonly subtotal: number;
  readonly discount: number;
  readonly shipping: number;
  /** Of the lines and of shipping. */
  readonly tax: number;
  /** subtotal − discount + shipping + tax: what the customer pays. */
  readonly total: number;
}

/** Some of the units of a line. */
export interface LineQuantity {
  readonly lineId: string;
  readonly quantity: number;
}

export interface Shipment {
  readonly id: string;
  readonly lines: readonly LineQuantity[];
  readonly carrier: string | null;
  readonly trackingCode: string | null;
  readonly at: string;
}

export interface OrderReturn {
  readonly id: string;
  readonly lines: readonly LineQuantity[];
  readonly refund: number;
  readonly at: string;
}

export const cancelReasons = ['customer', 'staff', 'unpaid'] as const;
export type CancelReason = (typeof cancelReasons)[number];

export interface Order {
  readonly id: string;
  /** Counts the orders without gaps. */
  readonly number: number;
  readonly version: number;
  readonly customerId: string;
  readonly state: OrderState;
  readonly currency: string;
  readonly channel: SalesChannel;
  readonly locale: string;
  readonly placedAt: string;
  readonly editableUntil: string;
  readonly duplicateUntil: string;
  /** Of currency, articles and quantities; see `fingerprintOf`. */
  readonly fingerprint: string;
  /** The identical order of the same customer that was known when this one was confirmed. */
  readonly duplicateOf: string | null;
  readonly lines: readonly OrderLine[];
  readonly shipping: OrderShipping;
  readonly discountTerms: DiscountTerms | null;
  readonly totals: OrderTotals;
  /** Units by variant that were taken off the stock for good. */
  readonly sold: Readonly<Record<string, number>>;
  readonly paidAt: string | null;
  readonly shipments: readonly Shipment[];
  readonly deliveredAt: string | null;
  readonly returns: readonly OrderReturn[];
  readonly cancellation: { readonly reason: CancelReason; readonly at: string } | null;
}
