import type { Transaction } from '../../../database/transaction.ts';
import { Problem } from '../../../shared/problem.ts';
import { listAttempts } from '../attempts/attempt-store.ts';
import type { Desk } from '../dependencies.ts';
import { capturable } from '../payment.ts';
import { problems } from '../problems.ts';
import { requestVoid } from './request-void.ts';
import { requirePayment } from './require-payment.ts';

/** Has providers let go of everything they hold and have not taken. @throws Problem 404; 409 `nothing-to-void` */
export async function voidPayment(
  tx: Transaction,
  desk: Desk,
  { paymentId, reason }: { readonly paymentId: string; readonly reason: string },
): Promise<void> {
  await requirePayment(tx, paymentId);
  const holding = (await listAttempts(tx, [paymentId])).filter((attempt) => capturable(attempt) > 0n);
  if (holding.length === 0) throw new Problem(problems['nothing-to-void']);
  for (const attempt of holding) await requestVoid(tx, desk, attempt, { purpose: 'asked', reason });
}
