import type { Transaction } from '../../../database/transaction.ts';
import type { Attempt } from '../attempts/attempt.ts';
import type { Desk } from '../dependencies.ts';
import { flagPayment } from '../flag-payment.ts';
import { post } from '../ledger/post.ts';
import { insertSettlement } from '../ledger/settlement-store.ts';
import { moveSums } from '../move-sums.ts';
import { publishFact } from '../publish-facts.ts';
import { changeMovement } from './movement-store.ts';
import type { EndOfMovement } from './record-movement.ts';
import type { Movement } from './movement.ts';

interface Refund {
  readonly movement: Movement;
  readonly attempt: Attempt;
}

/**
 * Takes in how a refund ended, under the payment's lock. The bank may still send a refund back that had succeeded; then it is
 * not given back after all.
 */
export async function recordRefund(tx: Transaction, desk: Desk, refund: Refund, news: EndOfMovement): Promise<void> {
  if (news.state === 'failed') return fail(tx, desk, refund, news.code);
  return succeed(tx, desk, refund, news.providerRef);
}

async function succeed(
  tx: Transaction,
  desk: Desk,
  { movement, attempt }: Refund,
  told: string | undefined,
): Promise<void> {
  if (movement.state === 'succeeded') return;
  const at = desk.clock.now();
  const { id, amount } = movement;
  const { provider, currency, suspense } = attempt;
  const names = { paymentId: movement.paymentId, attemptId: attempt.id };
  const providerRef = told ?? movement.providerRef;
  await changeMovement(tx, movement, {
    state: 'succeeded',
    providerRef,
    failureCode: null,
    nextCheckAt: null,
    endedAt: at,
  });
  // What had failed was given up, and is not reserved any more.
  const pending = movement.state === 'failed' ? 0n : amount;
  const surplus = amount < suspense ? amount : suspense;
  await moveSums(tx, names, { refunded: amount, refundPending: -pending, suspense: -surplus }, at);
  const transactionId = providerRef ?? id;
  await insertSettlement(tx, { ...names, provider, transactionId, operation: 'refund', amount, currency, at });
  await post(tx, {
    refType: 'refund',
    refId: id,
    currency,
    amounts: { provider_clearing: -amount, customer_funds: amount - surplus, suspense: surplus },
  });
  await publishFact(tx, desk, 'payment.refunded', { ...names, amount, refundId: id });
}

async function fail(tx: Transaction, desk: Desk, { movement, attempt }: Refund, failureCode: string): Promise<void> {
  if (movement.state === 'failed') return;
  const at = desk.clock.now();
  const { id, amount } = movement;
  const names = { paymentId: movement.paymentId, attemptId: attempt.id };
  await changeMovement(tx, movement, { state: 'failed', failureCode, nextCheckAt: null, endedAt: at });
  if (movement.state === 'succeeded') {
    await moveSums(tx, names, { refunded: -amount }, at);
    await post(tx, {
      refType: 'refund-failed',
      refId: id,
      currency: attempt.currency,
      amounts: { provider_clearing: amount, customer_funds: -amount },
    });
  } else {
    await moveSums(tx, names, { refundPending: -amount }, at);
  }
  await flagPayment(tx, desk, attempt, { flag: 'refund-failed', amount });
  await publishFact(tx, desk, 'payment.refund_failed', { ...names, amount, refundId: id, code: failureCode });
}
