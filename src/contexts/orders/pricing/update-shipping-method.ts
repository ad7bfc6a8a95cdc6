import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../../../database/transaction.ts';
import { requireMatch } from '../../../shared/etag.ts';
import { requireCurrency } from '../../../shared/money.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { listShippingMethods, lockShippingMethod, writeShippingMethod } from './shipping-store.ts';
import type { ShippingMethod } from './shipping-store.ts';

/** As many as are told at once. */
const MOST = 100;

/**
 * Writes a way of shipping, or adds it where there is none.
 *
 * @throws Problem 412, 428; 409 `currency-unknown`, `shipping-methods-full`
 */
export async function updateShippingMethod(
  tx: Transaction,
  { ifMatch, ...wanted }: Omit<ShippingMethod, 'version'> & { readonly ifMatch: string | undefined },
): Promise<{ readonly before: ShippingMethod | undefined; readonly after: ShippingMethod }> {
  const before = await lockShippingMethod(tx, wanted.code);
  // Of what is not there, the version is 0, which no tag has but `*`.
  requireMatch(ifMatch, before?.version ?? 0);
  for (const [index, { currency }] of wanted.prices.entries()) requireCurrency(currency, `/prices/${index}/currency`);
  if (before === undefined && (await listShippingMethods(tx)).length >= MOST) {
    throw new Problem(problems['shipping-methods-full'], { detail: `There are ${MOST} already.` });
  }
  if (before !== undefined && isDeepStrictEqual({ ...before, ...wanted }, before)) return { before, after: before };
  return { before, after: await writeShippingMethod(tx, wanted) };
}
