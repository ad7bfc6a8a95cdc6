import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { CursorPosition } from '../../../shared/cursor.ts';

export interface Coupon {
  readonly id: string;
  /** Capitals. */
  readonly code: string;
  /** Exactly one of these two is given. */
  readonly basisPoints: number | null;
  readonly amount: number | null;
  /** Of the amount and of the minimum; null: any. */
  readonly currency: string | null;
  /** What the goods must cost at least. */
  readonly minimum: number;
  readonly oncePerCustomer: boolean;
  readonly maxUses: number | null;
  readonly uses: number;
  readonly validFrom: Date | null;
  readonly validUntil: Date | null;
  readonly version: number;
  readonly createdAt: Date;
}

const columns = `id, code, basis_points as "basisPoints", amount_minor as amount, currency, minimum_minor as minimum,
  once_per_customer as "oncePerCustomer", max_uses as "maxUses", uses, valid_from as "validFrom", valid_until as "validUntil",
  version, created_at as "createdAt"`;

const insertStatement = statement<Coupon>(
  'orders.insert_coupon',
  `insert into orders.coupons (id, code, basis_points, amount_minor, currency, minimum_minor, once_per_customer, max_uses,
     valid_from, valid_until, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning ${columns}`,
);

/** @throws the violation of `coupons_code` when the code is taken */
export async function insertCoupon(tx: Transaction, coupon: Omit<Coupon, 'uses' | 'version'>): Promise<Coupon> {
  const { id, code, basisPoints, amount, currency, minimum, oncePerCustomer, maxUses } = coupon;
  const [row] = await tx.query(insertStatement, [
    ...[id, code, basisPoints, amount, currency, minimum, oncePerCustomer, maxUses],
    ...[coupon.validFrom, coupon.validUntil, coupon.createdAt],
  ]);
  if (row === undefined) throw new Error('An insert gave no row.');
  return row;
}

const findStatement = statement<Coupon>('orders.find_coupon', `select ${columns} from orders.coupons where id = $1`);

export async function findCoupon(queryable: Queryable, id: string): Promise<Coupon | undefined> {
  return (await queryable.query(findStatement, [id]))[0];
}

const listStatement = statement<Coupon & { readonly sortKey: string }>(
  'orders.list_coupons',
  `select ${columns}, created_at::text as "sortKey" from orders.coupons
   where $1::timestamptz is null or (created_at, id) < ($1, $2::uuid) order by created_at desc, id desc limit $3`,
);

/** The newest first, strictly after `after`. */
export function listCouponRows(
  queryable: Queryable,
  { after, limit }: { readonly after: CursorPosition | undefined; readonly limit: number },
): Promise<(Coupon & { readonly sortKey: string })[]> {
  return queryable.query(listStatement, [after?.key, after?.id, limit]);
}

const lockStatement = statement<Coupon>(
  'orders.lock_coupon',
  `select ${columns} from orders.coupons where id = $1 for no key update`,
);

export async function lockCoupon(tx: Transaction, id: string): Promise<Coupon | undefined> {
  return (await tx.query(lockStatement, [id]))[0];
}

const changeStatement = statement<Coupon>(
  'orders.change_coupon',
  `update orders.coupons set max_uses = $2, valid_from = $3, valid_until = $4, version = version + 1
   where id = $1 returning ${columns}`,
);

/** @throws the violation of `coupons_uses` when it was used more often than that */
export async function changeCoupon(
  tx: Transaction,
  { id, maxUses, validFrom, validUntil }: Pick<Coupon, 'id' | 'maxUses' | 'validFrom' | 'validUntil'>,
): Promise<Coupon> {
  const [row] = await tx.query(changeStatement, [id, maxUses, validFrom, validUntil]);
  if (row === undefined) throw new Error(`The coupon ${id} is gone.`);
  return row;
}

const byCodeStatement = statement<Coupon>(
  'orders.find_coupon_by_code',
  `select ${columns} from orders.coupons where code = upper($1) and (valid_from is null or valid_from <= clock_timestamp())
     and (valid_until is null or valid_until > clock_timestamp())`,
);

/** One that is valid at this moment. */
export async function findValidCoupon(queryable: Queryable, code: string): Promise<Coupon | undefined> {
  return (await queryable.query(byCodeStatement, [code]))[0];
}

// The guard is in the update: however many orders come at once, no use is counted beyond the limit.
const useStatement = statement<{ once: boolean }>(
  'orders.use_coupon',
  `update orders.coupons set uses = uses + 1
   where id = $1 and (max_uses is null or uses < max_uses)
     and (valid_from is null or valid_from <= clock_timestamp()) and (valid_until is null or valid_until > clock_timestamp())
   returning once_per_customer as once`,
);
const redeemStatement = statement<{ coupon_id: string }>(
  'orders.insert_redemption',
  `insert into orders.coupon_redemptions (coupon_id, order_id, customer_id, once) values ($1, $2, $3, $4)
   on conflict do nothing returning coupon_id`,
);

interface Redemption {
  readonly couponId: string;
  readonly orderId: string;
  readonly customerId: string;
}

/** Counts a use for an order, in the transaction that places it. Holds the coupon until that ends. */
export async function redeemCoupon(
  tx: Transaction,
  { couponId, orderId, customerId }: Redemption,
): Promise<'redeemed' | 'used-up' | 'used-before'> {
  const [used] = await tx.query(useStatement, [couponId]);
  if (used === undefined) return 'used-up';
  const redeemed = await tx.query(redeemStatement, [couponId, orderId, customerId, used.once]);
  return redeemed.length === 0 ? 'used-before' : 'redeemed';
}

const releaseStatement = statement(
  'orders.release_coupon',
  `with released as (delete from orders.coupon_redemptions where order_id = $1 returning coupon_id)
   update orders.coupons c set uses = c.uses - 1 from released r where c.id = r.coupon_id`,
);

/** Gives back the use of an order that was cancelled. Safe to repeat. */
export async function releaseCoupon(tx: Transaction, orderId: string): Promise<void> {
  await tx.query(releaseStatement, [orderId]);
}
