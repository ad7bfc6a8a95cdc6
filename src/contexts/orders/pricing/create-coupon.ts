import type { Transaction } from '../../../database/transaction.ts';
import { requireCurrency } from '../../../shared/money.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { insertCoupon } from './coupon-store.ts';
import type { Coupon } from './coupon-store.ts';

/** @throws Problem 409 `coupon-invalid`, `currency-unknown`, `coupon-code-taken` */
export async function createCoupon(tx: Transaction, coupon: Omit<Coupon, 'uses' | 'version'>): Promise<Coupon> {
  const { basisPoints, amount, currency, minimum } = coupon;
  if ((basisPoints === null) === (amount === null))
    throw contradicts('/amount', 'either a part or an amount is taken off');
  if (currency === null && (amount !== null || minimum > 0)) throw contradicts('/currency', 'is needed for amounts');
  if (currency !== null) requireCurrency(currency, '/currency');
  requireForwards(coupon);
  return insertCoupon(tx, { ...coupon, code: coupon.code.toUpperCase() });
}

/** @throws Problem 409 `coupon-invalid` */
export function requireForwards({ validFrom, validUntil }: Pick<Coupon, 'validFrom' | 'validUntil'>): void {
  if (validFrom === null || validUntil === null || validFrom < validUntil) return;
  throw contradicts('/validUntil', 'must be later than validFrom');
}

export function contradicts(pointer: string, detail: string): Problem {
  return new Problem(problems['coupon-invalid'], { errors: [{ pointer, detail }] });
}
