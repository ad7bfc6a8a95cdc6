import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { CursorPosition } from '../../../shared/cursor.ts';
import type { StockLevel, StockLocation, StockMovement } from './stock.ts';

const locationColumns = `s.id, s.code, s.name, s.priority, s.created_at as "createdAt"`;

const insertLocationStatement = statement(
  'catalog.insert_stock_location',
  'insert into catalog.stock_locations (id, code, name, priority, created_at) values ($1, $2, $3, $4, $5)',
);

/** @throws the violation of `stock_locations_code` when the code is taken */
export async function insertStockLocation(tx: Transaction, location: StockLocation): Promise<void> {
  const { id, code, name, priority, createdAt } = location;
  await tx.query(insertLocationStatement, [id, code, name, priority, createdAt]);
}

const findLocationStatement = statement<StockLocation>(
  'catalog.find_stock_location',
  `select ${locationColumns} from catalog.stock_locations s where s.id = $1`,
);

export async function findStockLocation(queryable: Queryable, id: string): Promise<StockLocation | undefined> {
  return (await queryable.query(findLocationStatement, [id]))[0];
}

type Sorted<Row> = Row & { readonly sortKey: string };
interface Window {
  readonly after: CursorPosition | undefined;
  readonly limit: number;
}

const listLocationsStatement = statement<Sorted<StockLocation>>(
  'catalog.list_stock_locations',
  `select ${locationColumns}, s.created_at::text as "sortKey" from catalog.stock_locations s
   where $1::timestamptz is null or (s.created_at, s.id) < ($1, $2::uuid)
   order by s.created_at desc, s.id desc limit $3`,
);

/** The newest first, strictly after `after`. */
export function listStockLocationRows(
  queryable: Queryable,
  { after, limit }: Window,
): Promise<Sorted<StockLocation>[]> {
  return queryable.query(listLocationsStatement, [after?.key, after?.id, limit]);
}

// What has expired is held no more, whether or not somebody has freed it.
const levelColumns = `l.id, l.variant_id as "variantId", v.sku, l.location_id as "locationId", l.on_hand as "onHand",
  l.reserved - gone.quantity as reserved, v.low_stock_at as "lowStockAt"`;
const levels = `catalog.stock_levels l
  join catalog.variants v on v.id = l.variant_id
  cross join lateral (
    select coalesce(sum(r.quantity), 0)::int as quantity from catalog.reservations r
    where r.variant_id = l.variant_id and r.location_id = l.location_id and r.state = 'held'
      and r.expires_at <= clock_timestamp()) gone`;

const findLevelStatement = statement<StockLevel>(
  'catalog.find_stock_level',
  `select ${levelColumns} from ${levels} where l.variant_id = $1 and l.location_id = $2`,
);

/** @throws when there is none: for rows that the caller has just written */
export async function findStockLevel(
  queryable: Queryable,
  { variantId, locationId }: Pick<StockLevel, 'variantId' | 'locationId'>,
): Promise<StockLevel> {
  const [row] = await queryable.query(findLevelStatement, [variantId, locationId]);
  if (row === undefined) throw new Error('A row of stock just written is gone.');
  return row;
}

const listLevelsStatement = statement<StockLevel>(
  'catalog.list_stock_levels',
  `select ${levelColumns} from ${levels}
   where ($1::uuid is null or l.variant_id = $1) and ($2::uuid is null or l.location_id = $2)
     and (not $3::boolean or l.on_hand - l.reserved + gone.quantity <= v.low_stock_at)
     and ($4::uuid is null or l.id < $4)
   order by l.id desc limit $5`,
);

export interface LevelFilter {
  readonly variantId: string | undefined;
  readonly locationId: string | undefined;
  /** Only what is low at this moment. */
  readonly low: boolean;
}

/** The newest first, strictly after `after`. */
export function listStockLevelRows(
  queryable: Queryable,
  { variantId, locationId, low }: LevelFilter,
  { after, limit }: Window,
): Promise<StockLevel[]> {
  return queryable.query(listLevelsStatement, [variantId, locationId, low, after?.id, limit]);
}

const listMovementsStatement = statement<Sorted<StockMovement>>(
  'catalog.list_stock_movements',
  `select m.id, m.variant_id as "variantId", m.location_id as "locationId", m.delta, m.reason, m.note, m.ref_type as "refType",
     m.ref_id as "refId", m.moved_by as "movedBy", m.at, m.at::text as "sortKey"
   from catalog.stock_movements m
   where ($1::uuid is null or m.variant_id = $1) and ($2::uuid is null or m.location_id = $2)
     and ($3::timestamptz is null or (m.at, m.id) < ($3, $4::uuid))
   order by m.at desc, m.id desc limit $5`,
);

/** The newest first, strictly after `after`. */
export function listMovementRows(
  queryable: Queryable,
  { variantId, locationId }: Omit<LevelFilter, 'low'>,
  { after, limit }: Window,
): Promise<Sorted<StockMovement>[]> {
  return queryable.query(listMovementsStatement, [variantId, locationId, after?.key, after?.id, limit]);
}
