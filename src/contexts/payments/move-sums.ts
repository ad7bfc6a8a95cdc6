import { statement } from '../../database/transaction.ts';
import type { Transaction } from '../../database/transaction.ts';
import type { Sums } from './payment.ts';

/** What is added to sums; negative takes away. */
export type SumChange = Partial<Sums> & { readonly suspense?: bigint };

const moveStatement = statement(
  'payments.move_sums',
  `with attempt as (
     update payments.attempts set authorised_minor = authorised_minor + $3, captured_minor = captured_minor + $4,
       capture_pending_minor = capture_pending_minor + $5, refunded_minor = refunded_minor + $6,
       refund_pending_minor = refund_pending_minor + $7, suspense_minor = suspense_minor + $8, updated_at = $9
     where id = $2)
   update payments.payments set authorised_minor = authorised_minor + $3, captured_minor = captured_minor + $4,
     capture_pending_minor = capture_pending_minor + $5, refunded_minor = refunded_minor + $6,
     refund_pending_minor = refund_pending_minor + $7, updated_at = $9
   where id = $1`,
);

/**
 * Changes the sums of an attempt and of its payment together, so that the payment's are always those of its attempts. The
 * database refuses more than captured ≤ authorised and refunded ≤ captured allow.
 */
export async function moveSums(
  tx: Transaction,
  { paymentId, attemptId }: { readonly paymentId: string; readonly attemptId: string },
  change: SumChange,
  at: Date,
): Promise<void> {
  await tx.query(moveStatement, [
    paymentId,
    attemptId,
    change.authorised ?? 0n,
    change.captured ?? 0n,
    change.capturePending ?? 0n,
    change.refunded ?? 0n,
    change.refundPending ?? 0n,
    change.suspense ?? 0n,
    at,
  ]);
}
