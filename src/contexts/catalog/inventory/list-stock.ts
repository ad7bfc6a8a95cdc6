import { pageOf } from '../../../shared/cursor.ts';
import type { Page } from '../../../shared/cursor.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import type { CatalogDependencies } from '../dependencies.ts';
import { findStockLocation, listMovementRows, listStockLevelRows, listStockLocationRows } from './stock-store.ts';
import type { LevelFilter } from './stock-store.ts';
import type { StockLevel, StockLocation, StockMovement } from './stock.ts';

type Reading = Pick<CatalogDependencies, 'primary' | 'cursors'>;
interface Wanted {
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** @throws Problem 404 `not-found` */
export async function getStockLocation(
  { primary }: Pick<CatalogDependencies, 'primary'>,
  { stockLocationId }: { readonly stockLocationId: string },
): Promise<StockLocation> {
  const found = await findStockLocation(primary, stockLocationId);
  if (found === undefined) throw notFound();
  return found;
}

/** The newest first. @throws Problem 400 `invalid-cursor` */
export async function listStockLocations({ primary, cursors }: Reading, wanted: Wanted): Promise<Page<StockLocation>> {
  const scope = { operation: 'listStockLocations' };
  const after = wanted.cursor === undefined ? undefined : cursors.decode(scope, wanted.cursor);
  const rows = await listStockLocationRows(primary, { after, limit: wanted.limit + 1 });
  return pageOf(rows, wanted.limit, ({ sortKey, id }) => cursors.encode(scope, { key: sortKey, id }));
}

/** As of this moment, the newest rows first. @throws Problem 400 `invalid-cursor` */
export async function listStockLevels(
  { primary, cursors }: Reading,
  { limit, cursor, ...filter }: Wanted & LevelFilter,
): Promise<Page<StockLevel>> {
  const scope = { operation: 'listStockLevels', filters: { ...filter } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await listStockLevelRows(primary, filter, { after, limit: limit + 1 });
  return pageOf(rows, limit, ({ id }) => cursors.encode(scope, { key: null, id }));
}

/** The newest first. @throws Problem 400 `invalid-cursor` */
export async function listStockMovements(
  { primary, cursors }: Reading,
  { limit, cursor, ...filter }: Wanted & Omit<LevelFilter, 'low'>,
): Promise<Page<StockMovement>> {
  const scope = { operation: 'listStockMovements', filters: { ...filter } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await listMovementRows(primary, filter, { after, limit: limit + 1 });
  return pageOf(rows, limit, ({ sortKey, id }) => cursors.encode(scope, { key: sortKey, id }));
}
