import { createHash } from 'node:crypto';

/** What makes two orders of one customer identical: the currency, and how much of which articles. */
export function fingerprintOf(
  currency: string,
  lines: readonly { readonly sku: string; readonly quantity: number }[],
): string {
  const bySku = new Map<string, number>();
  for (const { sku, quantity } of lines) bySku.set(sku, (bySku.get(sku) ?? 0) + quantity);
  const sorted = [...bySku].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([currency, sorted]))
    .digest('hex');
}
