import { statement } from '../../../database/transaction.ts';
import type { Transaction } from '../../../database/transaction.ts';

/** A movement of money as its provider names it. */
export interface Settlement {
  readonly provider: string;
  readonly transactionId: string;
  readonly operation: 'capture' | 'refund' | 'dispute';
  readonly paymentId: string;
  readonly attemptId: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly at: Date;
}

const insertStatement = statement<{ provider: string }>(
  'payments.insert_settlement',
  `insert into payments.settlements (provider, provider_transaction_id, operation, payment_id, attempt_id, amount_minor, currency,
     settled_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning provider`,
);

/** @returns false when this fact is settled already, by whichever message */
export async function insertSettlement(tx: Transaction, settlement: Settlement): Promise<boolean> {
  const { provider, transactionId, operation, paymentId, attemptId, amount, currency, at } = settlement;
  const values = [provider, transactionId, operation, paymentId, attemptId, amount, currency, at];
  return (await tx.query(insertStatement, values)).length > 0;
}
