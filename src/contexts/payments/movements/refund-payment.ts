import type { Transaction } from '../../../database/transaction.ts';
import type { Money } from '../../../shared/money.ts';
import { moneyText } from '../../../shared/money.ts';
import { Problem } from '../../../shared/problem.ts';
import type { Desk } from '../dependencies.ts';
import { problems } from '../problems.ts';
import { requestRefund } from './request-refund.ts';
import { requirePayment } from './require-payment.ts';

/** Gives back at the wish of one of the staff. @throws Problem 404; 409 `currency-differs`, `refund-exceeds-captured` */
export async function refundPayment(
  tx: Transaction,
  desk: Desk,
  refund: { readonly paymentId: string; readonly amount: Money; readonly reason: string; readonly key: string },
): Promise<void> {
  const { paymentId, amount, reason, key } = refund;
  await requirePayment(tx, paymentId, amount);
  const answer = await requestRefund(tx, desk, { paymentId, amount: amount.amount, reason, key, purpose: 'asked' });
  if (answer.outcome === 'requested') return;
  throw new Problem(problems['refund-exceeds-captured'], {
    detail: `${moneyText(answer.refundable)} ${answer.refundable.currency} can be given back.`,
    errors: [{ pointer: '/amount', detail: 'is more than can be given back' }],
  });
}
