import { statement } from '../../database/transaction.ts';
import type { Transaction } from '../../database/transaction.ts';

/** Where spent coins go; a migration opened it. */
const SINK = '00000000-0000-8000-8000-000000000001';

export interface CaptureCoins {
  readonly userId: string;
  /** More than 0. */
  readonly amount: number;
  /** What is bought: the same purchase is paid once, however often it is asked. */
  readonly reference: string;
}

/** `captured` now or already; `insufficient`: nothing moved; `conflict`: this purchase was paid with another amount or wallet. */
export type CaptureOutcome = 'captured' | 'already-captured' | 'insufficient' | 'conflict';

const captureStatement = statement<{ captured: boolean }>(
  'rewards.capture_coins',
  `with payer as (
     select id from rewards.accounts where id = $1 and kind = 'wallet' and balance >= $2 for no key update),
   booked as (
     insert into rewards.ledger_entries (account_id, amount, ref_type, ref_id)
     select leg.account_id, leg.amount, 'spend', $3::uuid
     from payer cross join lateral (values (payer.id, -$2::bigint), ($4::uuid, $2::bigint)) leg (account_id, amount)
     returning account_id)
   select exists (select from booked) as captured`,
);

const findCaptureStatement = statement<{ userId: string; amount: number }>(
  'rewards.find_capture',
  `select account_id as "userId", -amount as amount from rewards.ledger_entries
   where ref_id = $1 and ref_type = 'spend' and amount < 0`,
);

/**
 * Takes coins out of a wallet for good, in the caller's transaction. One guarded statement decides: concurrent captures
 * wait for each other on the wallet, and none makes it negative.
 */
export async function captureCoins(tx: Transaction, command: CaptureCoins): Promise<CaptureOutcome> {
  const { userId, amount, reference } = command;
  if (!Number.isSafeInteger(amount) || amount <= 0) throw new RangeError('amount must be a whole number above 0');
  const [earlier] = await tx.query(findCaptureStatement, [reference]);
  if (earlier !== undefined) {
    return earlier.userId === userId && earlier.amount === amount ? 'already-captured' : 'conflict';
  }
  const [result] = await tx.query(captureStatement, [userId, amount, reference, SINK]);
  return result?.captured === true ? 'captured' : 'insufficient';
}
