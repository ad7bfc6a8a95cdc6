import { statement } from '../../../database/transaction.ts';
import type { Transaction } from '../../../database/transaction.ts';

export type Account = 'provider_clearing' | 'customer_funds' | 'order_revenue' | 'fees' | 'disputes' | 'suspense';

/** One fact in the books. Amounts per account sum to zero; an account with 0 is left out. */
export interface Posting {
  readonly refType: 'capture' | 'refund' | 'dispute-opened' | 'dispute-won' | 'dispute-lost' | 'refund-failed';
  /** Of the fact: it is posted once. */
  readonly refId: string;
  readonly currency: string;
  readonly amounts: Partial<Readonly<Record<Account, bigint>>>;
}

const postStatement = statement<{ posted: boolean }>(
  'payments.post',
  'select payments.post($1, $2, $3, $4, $5) as posted',
);

/**
 * Writes a posting. Postings follow each other: take every other lock before, for this one waits until the posting before is
 * committed, and is held until this one is.
 *
 * @returns false when the fact is posted already
 */
export async function post(tx: Transaction, { refType, refId, currency, amounts }: Posting): Promise<boolean> {
  const entries = Object.entries(amounts).filter(([, amount]) => amount !== 0n);
  const [row] = await tx.query(postStatement, [
    refType,
    refId,
    currency,
    entries.map(([account]) => account),
    entries.map(([, amount]) => amount),
  ]);
  return row?.posted ?? false;
}
