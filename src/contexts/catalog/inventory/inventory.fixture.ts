import { statement } from '../../../database/transaction.ts';
import type { Transaction } from '../../../database/transaction.ts';
import { newId } from '../../../shared/id.ts';
import { createTestDatabase } from '../../../testing/database.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { consumeStock, extendStock, releaseStock } from './end-reservations.ts';
import { findStockDifferences } from './find-stock-differences.ts';
import type { StockDifference } from './find-stock-differences.ts';
import { recordStockAdjustment } from './record-stock-adjustment.ts';
import { recordStockTransfer } from './record-stock-transfer.ts';
import { reserveStock } from './reserve-stock.ts';
import type { ReserveOutcome, ReserveStock } from './reserve-stock.ts';
import type { LowStock } from './stock.ts';

/** Stock on a real database, and every event about it. */
export interface InventoryFixture {
  readonly test: TestDatabase;
  /** Events of committed and of rolled back transactions. */
  readonly low: readonly LowStock[];
  /** Two places, the first of which serves orders first. */
  readonly places: readonly [string, string];
  createVariant(lowStockAt?: number | null): Promise<string>;
  /** Adds to what is on hand, or takes away. */
  adjust(variantId: string, delta: number, options?: Adjusting): Promise<void>;
  transfer(variantId: string, quantity: number): Promise<void>;
  /** @param lines variants and how many of each */
  reserve(lines: readonly (readonly [string, number])[], options?: Partial<ReserveStock>): Promise<ReserveOutcome>;
  consume(orderId: string): Promise<'consumed' | 'lapsed'>;
  release(orderId: string): Promise<number>;
  extend(orderId: string, seconds: number): Promise<'extended' | 'lapsed'>;
  /** Lets what an order holds expire now, by making it have been due in the past. */
  lapse(orderId: string): Promise<void>;
  /** As the row says, at the first place. */
  row(variantId: string): Promise<{ readonly onHand: number; readonly reserved: number }>;
  differences(): Promise<readonly StockDifference[]>;
  close(): Promise<void>;
}

interface Adjusting {
  readonly place?: string;
  readonly releaseOrderIds?: readonly string[];
}

const MOVED_BY = newId();

const insertTypeStatement = statement(
  '',
  `insert into catalog.product_types (id, code, name, attributes, created_at, updated_at)
   values ($1, 'kind', 'Kind', '[]', now(), now())`,
);
const insertProductStatement = statement(
  '',
  `insert into catalog.products (id, slug, product_type_id, translations, attributes, options, images, tax_class, created_at,
     updated_at)
   values ($1::uuid, 'p-' || $1, $2, '[{"locale": "en", "name": "P", "description": ""}]', '{}', '[]', '[]', 'standard', now(),
     now())`,
);
const insertVariantStatement = statement(
  '',
  `insert into catalog.variants (id, product_id, sku, options, low_stock_at, created_at, updated_at)
   values ($1::uuid, $2, 'S-' || $1, '{}', $3, now(), now())`,
);
const insertPlaceStatement = statement(
  '',
  `insert into catalog.stock_locations (id, code, name, priority, created_at) values ($1::uuid, 'p-' || $1, 'Place', $2, now())`,
);
const lapseStatement = statement(
  '',
  `update catalog.reservations set expires_at = clock_timestamp() where order_id = $1 and state = 'held'`,
);
const rowStatement = statement<{ onHand: number; reserved: number }>(
  '',
  `select on_hand as "onHand", reserved from catalog.stock_levels where variant_id = $1 and location_id = $2`,
);

export async function createInventoryFixture(): Promise<InventoryFixture> {
  const test = await createTestDatabase();
  const database = test.connect({ size: 40 });
  const low: LowStock[] = [];
  const publish: Parameters<typeof reserveStock>[0]['publish'] = (_tx, event, payload) => {
    if (event === 'stock.low') low.push(payload as LowStock);
    return Promise.resolve();
  };
  const within = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => database.transaction(work);
  const productTypeId = newId();
  await test.owner.query(insertTypeStatement, [productTypeId]);
  const places = [newId(), newId()] as const;
  for (const [priority, place] of places.entries()) await test.owner.query(insertPlaceStatement, [place, priority]);

  return {
    ...{ test, low, places },
    async createVariant(lowStockAt = null) {
      const [productId, variantId] = [newId(), newId()];
      await test.owner.query(insertProductStatement, [productId, productTypeId]);
      await test.owner.query(insertVariantStatement, [variantId, productId, lowStockAt]);
      return variantId;
    },
    async adjust(variantId, delta, { place = places[0], releaseOrderIds = [] } = {}) {
      const id = newId();
      const cause = { id, reason: 'other', note: null, movedBy: MOVED_BY } as const;
      await within((tx) =>
        recordStockAdjustment({ tx, publish }, { ...cause, variantId, locationId: place, delta, releaseOrderIds }),
      );
    },
    async transfer(variantId, quantity) {
      const [fromLocationId, toLocationId] = places;
      const cause = { id: newId(), note: null, movedBy: MOVED_BY };
      await within((tx) =>
        recordStockTransfer({ tx, publish }, { ...cause, variantId, fromLocationId, toLocationId, quantity }),
      );
    },
    reserve: (lines, { orderId = newId(), seconds = 900 } = {}) =>
      within((tx) =>
        reserveStock(
          { tx, publish },
          { orderId, seconds, lines: lines.map(([variantId, quantity]) => ({ variantId, quantity })) },
        ),
      ),
    consume: (orderId) => within((tx) => consumeStock(tx, orderId)),
    release: (orderId) => within((tx) => releaseStock(tx, orderId)),
    extend: (orderId, seconds) => within((tx) => extendStock(tx, { orderId, seconds })),
    async lapse(orderId) {
      await test.owner.query(lapseStatement, [orderId]);
    },
    async row(variantId) {
      const [row] = await test.owner.query(rowStatement, [variantId, places[0]]);
      return row ?? { onHand: 0, reserved: 0 };
    },
    differences: async () => (await findStockDifferences(test.database)).differences,
    close: () => test.close(),
  };
}
