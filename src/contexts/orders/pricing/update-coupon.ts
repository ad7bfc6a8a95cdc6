import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../../../database/transaction.ts';
import { requireMatch } from '../../../shared/etag.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { changeCoupon, lockCoupon } from './coupon-store.ts';
import type { Coupon } from './coupon-store.ts';
import { contradicts, requireForwards } from './create-coupon.ts';

/** What to change; undefined leaves it as it is. */
export interface UpdateCoupon {
  readonly couponId: string;
  readonly ifMatch: string | undefined;
  readonly maxUses: number | null | undefined;
  readonly validFrom: Date | null | undefined;
  readonly validUntil: Date | null | undefined;
}

/** @throws Problem 404, 412, 428; 409 `coupon-invalid` */
export async function updateCoupon(
  tx: Transaction,
  { couponId, ifMatch, ...change }: UpdateCoupon,
): Promise<{ readonly before: Coupon; readonly after: Coupon }> {
  const before = await lockCoupon(tx, couponId);
  if (before === undefined) throw notFound();
  requireMatch(ifMatch, before.version);
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const wanted: Coupon = { ...before, ...given };
  if (wanted.maxUses !== null && wanted.maxUses < before.uses) {
    throw contradicts('/maxUses', `it was used ${before.uses} times already`);
  }
  requireForwards(wanted);
  if (isDeepStrictEqual(wanted, before)) return { before, after: before };
  return { before, after: await changeCoupon(tx, wanted) };
}
