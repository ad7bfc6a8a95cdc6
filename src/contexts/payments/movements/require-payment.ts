import type { Transaction } from '../../../database/transaction.ts';
import type { Money } from '../../../shared/money.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { Problem } from '../../../shared/problem.ts';
import { lockPayment } from '../payment-store.ts';
import type { Payment } from '../payment.ts';
import { problems } from '../problems.ts';

/** The payment under its lock. @throws Problem 404; 409 `currency-differs` when the amount is of another currency */
export async function requirePayment(tx: Transaction, paymentId: string, amount?: Money): Promise<Payment> {
  const payment = await lockPayment(tx, paymentId);
  if (payment === undefined) throw notFound();
  if (amount !== undefined && amount.currency !== payment.currency) {
    throw new Problem(problems['currency-differs'], {
      detail: `The payment is in ${payment.currency}.`,
      errors: [{ pointer: '/amount/currency', detail: 'is another currency' }],
    });
  }
  return payment;
}
