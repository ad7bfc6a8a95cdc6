import type { Transaction } from '../../../database/transaction.ts';
import type { Publish } from '../../../jobs/events.ts';
import type { LowStock } from './stock.ts';

/** Tells who listens, once for each time that available stock falls to its threshold. */
export async function publishLowStock(publish: Publish, tx: Transaction, low: readonly LowStock[]): Promise<void> {
  for (const fact of low) await publish(tx, 'stock.low', fact);
}
