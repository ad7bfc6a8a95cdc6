import type { Money } from '../../../shared/money.ts';

/** A price in one currency and channel. Half-open: at `validUntil` it is valid no more. */
export interface VariantPrice {
  readonly channel: string;
  readonly price: Money;
  /** Null: always was. */
  readonly validFrom: Date | null;
  /** Null: for ever. */
  readonly validUntil: Date | null;
}

/** What callers write of a variant. */
export interface VariantContent {
  readonly sku: string;
  /** One value for each option of the product. */
  readonly options: Readonly<Record<string, string>>;
  readonly prices: readonly VariantPrice[];
  readonly imageUrl: string | null;
  /** Stock of this many or fewer at a place is low; null: never. */
  readonly lowStockAt: number | null;
}

/** What is sold and kept in stock. */
export interface Variant extends VariantContent {
  readonly id: string;
  readonly productId: string;
  /** Counts the changes; the ETag. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Variants of one product. */
export const MOST_VARIANTS = 100;
