/** A place where stock is kept. */
export interface StockLocation {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  /** Orders are served from the lowest first. */
  readonly priority: number;
  readonly createdAt: Date;
}

/** How much of a variant there is at one place. */
export interface StockLevel {
  readonly id: string;
  readonly variantId: string;
  readonly sku: string;
  readonly locationId: string;
  readonly onHand: number;
  /** Held for orders at this moment: what has expired does not count. */
  readonly reserved: number;
  /** At or below this many available it is low; null: never. */
  readonly lowStockAt: number | null;
}

/** A row of stock. */
export interface StockPlace {
  readonly variantId: string;
  readonly locationId: string;
}

export const movementReasons = [
  'received',
  'counted',
  'damaged',
  'lost',
  'returned',
  'transferred',
  'sold',
  'other',
] as const;
export type MovementReason = (typeof movementReasons)[number];

/** A change of what is on hand. Never changed, never deleted. */
export interface StockMovement extends StockPlace {
  readonly id: string;
  readonly delta: number;
  readonly reason: MovementReason;
  readonly note: string | null;
  readonly refType: 'adjustment' | 'transfer' | 'reservation' | 'return';
  readonly refId: string;
  /** Null where Portico itself did it. */
  readonly movedBy: string | null;
  readonly at: Date;
}

/** Available stock that has just fallen to its threshold or below. */
export interface LowStock extends StockPlace {
  readonly sku: string;
  readonly available: number;
  readonly lowStockAt: number;
}

/** The most that is kept at one place. */
export const MOST_STOCK = 1_000_000_000;
