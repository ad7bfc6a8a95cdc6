import pg from 'pg';
import { statement } from '../../database/transaction.ts';
import type { Transaction } from '../../database/transaction.ts';
import { insertPostings } from './ledger-store.ts';

/** Where spent coins go, and come back from; a migration opened it. */
export const SINK = '00000000-0000-8000-8000-000000000001';

export interface CaptureCoins {
  readonly userId: string;
  /** More than 0. */
  readonly amount: number;
  /** What is bought: the same purchase is paid once, however often it is asked. */
  readonly reference: string;
}

/**
 * `captured` now or already; `insufficient`: nothing moved; `conflict`: this purchase was paid with another amount or from
 * another wallet.
 */
export type CaptureOutcome = 'captured' | 'already-captured' | 'insufficient' | 'conflict';

const findCaptureStatement = statement<{ userId: string; amount: number }>(
  'rewards.find_capture',
  `select account_id as "userId", -amount as amount from rewards.ledger_entries
   where ref_id = $1 and ref_type = 'spend' and amount < 0`,
);

/**
 * Takes coins out of a wallet for good, in the caller's transaction, which goes on whatever the outcome. The table's
 * constraints decide: concurrent captures wait for each other on the wallet, and none makes it negative.
 */
export async function captureCoins(tx: Transaction, command: CaptureCoins): Promise<CaptureOutcome> {
  const { userId, amount, reference } = command;
  if (!Number.isSafeInteger(amount) || amount <= 0) throw new RangeError('amount must be a whole number above 0');
  try {
    await tx.savepoint(() => insertPostings(tx, 'spend', [{ reference, from: userId, to: SINK, amount }]));
    return 'captured';
  } catch (error) {
    switch (error instanceof pg.DatabaseError ? error.constraint : undefined) {
      case 'accounts_wallet_not_negative':
      case 'ledger_entries_account_exists':
        return 'insufficient';
      case 'ledger_entries_posted_once':
        return comparedWithEarlier(tx, command);
      default:
        throw error;
    }
  }
}

async function comparedWithEarlier(
  tx: Transaction,
  { userId, amount, reference }: CaptureCoins,
): Promise<CaptureOutcome> {
  const [earlier] = await tx.query(findCaptureStatement, [reference]);
  return earlier?.userId === userId && earlier.amount === amount ? 'already-captured' : 'conflict';
}
