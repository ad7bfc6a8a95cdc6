import type { Transaction } from '../../database/transaction.ts';
import type { Attempt } from './attempts/attempt.ts';
import type { Desk } from './dependencies.ts';
import type { PaymentFlag } from './payment.ts';
import { addFlag } from './payment-store.ts';
import { publishFact } from './publish-facts.ts';

/** Asks for a person's look at a payment, and tells so once. Under its lock. */
export async function flagPayment(
  tx: Transaction,
  desk: Desk,
  attempt: Pick<Attempt, 'id' | 'paymentId' | 'provider'>,
  { flag, amount }: { readonly flag: PaymentFlag; readonly amount: bigint },
): Promise<void> {
  const { id: attemptId, paymentId, provider } = attempt;
  if (!(await addFlag(tx, paymentId, flag, desk.clock.now()))) return;
  desk.observer.flagged({ provider, flag });
  await publishFact(tx, desk, 'payment.flagged', { paymentId, attemptId, amount, code: flag });
}
