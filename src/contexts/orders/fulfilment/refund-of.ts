import type { OrderLine } from '../stream/order.ts';

/**
 * What units of a line are worth when they come back, after so many have come back already. Units of a line cost the same but for the
 * rounding; the parts of all its units are its total.
 */
export function refundOf(
  { total, quantity }: Pick<OrderLine, 'total' | 'quantity'>,
  before: number,
  units: number,
): number {
  const until = (count: number): bigint => (BigInt(total) * BigInt(count)) / BigInt(quantity);
  return Number(until(before + units) - until(before));
}
