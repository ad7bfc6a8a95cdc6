import { statement } from '../../../database/transaction.ts';
import type { Transaction } from '../../../database/transaction.ts';
import type { JobRun } from '../../../jobs/queue.ts';
import type { CatalogDependencies } from '../dependencies.ts';
import { columnsOf, lockStock } from './lock-store.ts';
import type { StockPlace } from './stock.ts';

const expireStatement = statement<{ expired: number }>(
  'catalog.expire_reservations',
  `with moment as materialized (select clock_timestamp() as now),
   expired as (
     update catalog.reservations r set state = 'expired', ended_at = moment.now
     from unnest($1::uuid[], $2::uuid[]) as place (variant_id, location_id), moment
     where r.variant_id = place.variant_id and r.location_id = place.location_id and r.state = 'held'
       and r.expires_at <= moment.now
     returning r.variant_id, r.location_id, r.quantity),
   freed as (select variant_id, location_id, sum(quantity)::int as quantity from expired group by 1, 2),
   changed as (
     update catalog.stock_levels l set reserved = l.reserved - f.quantity
     from freed f where l.variant_id = f.variant_id and l.location_id = f.location_id)
   select count(*)::int as expired from expired`,
);

/** Frees what has expired at these different places, whose rows the caller has locked. @returns how many reservations */
export async function expireLocked(tx: Transaction, places: readonly StockPlace[]): Promise<number> {
  return (await tx.query(expireStatement, columnsOf(places)))[0]?.expired ?? 0;
}

const dueStatement = statement<StockPlace>(
  'catalog.list_expired_places',
  `select distinct variant_id as "variantId", location_id as "locationId" from (
     select variant_id, location_id from catalog.reservations
     where state = 'held' and expires_at <= clock_timestamp() order by expires_at limit 500) due`,
);

/**
 * Tidies up: what has expired counts no more anyway, but its rows would grow. Safe beside everything else, and when it never runs.
 *
 * @returns how many reservations it ended
 */
export async function expireReservations(
  { worker }: Pick<CatalogDependencies, 'worker'>,
  { signal }: Pick<JobRun, 'signal'>,
): Promise<number> {
  for (let ended = 0; ;) {
    signal.throwIfAborted();
    const expired = await worker.transaction(async (tx) => {
      const places = await tx.query(dueStatement);
      await lockStock(tx, { places });
      return places.length === 0 ? undefined : expireLocked(tx, places);
    });
    if (expired === undefined) return ended;
    ended += expired;
  }
}
