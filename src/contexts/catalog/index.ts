import type { Queryable, Transaction } from '../../database/transaction.ts';
import type { ContextModule } from '../context.ts';
import type { CatalogDependencies } from './dependencies.ts';
import { consumeStock, extendStock, releaseStock } from './inventory/end-reservations.ts';
import { findStockDifferences } from './inventory/find-stock-differences.ts';
import { reserveStock } from './inventory/reserve-stock.ts';
import type { ReserveOutcome, ReserveStock } from './inventory/reserve-stock.ts';
import { restock } from './inventory/restock.ts';
import { returnStock } from './inventory/return-stock.ts';
import type { ReturnStock } from './inventory/return-stock.ts';
import type { Restock } from './inventory/restock.ts';
import { createCatalogOperations } from './operations.ts';
import { readOffers } from './products/read-offers.ts';
import { problems } from './problems.ts';
import { catalogSchedule, createCatalogTasks } from './tasks.ts';

export type { CatalogDependencies } from './dependencies.ts';
export type { HeldStock, ReserveOutcome, ReserveStock, ShortStock } from './inventory/reserve-stock.ts';
export type { Restock } from './inventory/restock.ts';
export type { ReturnStock } from './inventory/return-stock.ts';
export type { Offer, ReadOffers } from './products/read-offers.ts';

/** What other contexts may ask of the catalog. All of it in the caller's transaction, whose end keeps or undoes it. */
export interface CatalogQuestions {
  /** Holds stock for an order, all of it or none. Locks its rows until the transaction ends: call no vendor before that. */
  reserveStock(tx: Transaction, command: ReserveStock): Promise<ReserveOutcome>;
  readonly consumeStock: typeof consumeStock;
  readonly releaseStock: typeof releaseStock;
  readonly extendStock: typeof extendStock;
  restock(tx: Transaction, command: Restock): Promise<void>;
  /** Puts back what was sold to an order, where it came from. */
  returnStock(tx: Transaction, command: ReturnStock): Promise<void>;
  readonly readOffers: typeof readOffers;
  /** Proves the stock against its history; reads everything. */
  findStockDifferences(queryable: Queryable): ReturnType<typeof findStockDifferences>;
}

export type Catalog = ContextModule & CatalogQuestions;

/** What is sold: kinds, products, variants, prices, where they stand, and how much of them there is. */
export function createCatalog(dependencies: CatalogDependencies): Catalog {
  const { publish } = dependencies;
  return {
    name: 'catalog',
    operations: createCatalogOperations(dependencies),
    tasks: createCatalogTasks(dependencies),
    schedule: catalogSchedule,
    subscriptions: {},
    problems,
    constraints: {
      categories_slug: problems['category-slug-taken'],
      prices_amount: problems['price-invalid'],
      prices_do_not_overlap: problems['prices-overlap'],
      product_categories_category: problems['category-unknown'],
      product_types_code: problems['product-type-code-taken'],
      products_attributes_fit: problems['attributes-invalid'],
      products_slug: problems['product-slug-taken'],
      stock_levels_on_hand: problems['stock-too-large'],
      stock_levels_variant: problems['product-in-use'],
      stock_locations_code: problems['location-code-taken'],
      variants_differ: problems['variant-exists'],
      variants_sku: problems['sku-taken'],
    },

    reserveStock: (tx, command) => reserveStock({ tx, publish }, command),
    consumeStock,
    releaseStock,
    extendStock,
    restock: (tx, command) => restock({ tx, publish }, command),
    returnStock: (tx, command) => returnStock({ tx, publish }, command),
    readOffers,
    findStockDifferences,
  };
}
