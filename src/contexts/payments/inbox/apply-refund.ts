import type { Transaction } from '../../../database/transaction.ts';
import type { ProviderFact } from '../../../ports/payments.ts';
import { derivedId } from '../../../shared/id.ts';
import { lockAttempt } from '../attempts/apply-payment.ts';
import type { Attempt } from '../attempts/attempt.ts';
import type { Desk } from '../dependencies.ts';
import { flagPayment } from '../flag-payment.ts';
import { moveSums } from '../move-sums.ts';
import {
  changeMovement,
  findMovement,
  findOpenMovements,
  findRefund,
  insertMovement,
} from '../movements/movement-store.ts';
import type { Movement } from '../movements/movement.ts';
import { recordMovement } from '../movements/record-movement.ts';
import { refundable } from '../payment.ts';

type RefundFact = Extract<ProviderFact, { readonly fact: 'refund' }>;

/**
 * Takes in what a provider says of a refund: of ours, or of one that somebody made in its console.
 *
 * @returns `too-early` when the payment it gives back has not been seen to succeed
 */
export async function applyRefund(
  tx: Transaction,
  desk: Desk,
  known: Attempt,
  fact: RefundFact,
): Promise<'applied' | 'flagged' | 'too-early'> {
  const { attempt } = await lockAttempt(tx, known.id);
  const { amount, currency } = fact.amount;
  const movement = await findRefund(tx, attempt.id, fact);
  if (currency !== attempt.currency || (movement !== undefined && movement.amount !== amount)) {
    await flagPayment(tx, desk, attempt, { flag: 'amount-mismatch', amount });
    return 'flagged';
  }
  if (movement === undefined && fact.state === 'failed') return 'applied';
  // It repeats no key of ours, and our own call is under way: its answer names the refund.
  if (movement === undefined && (await isBeingMade(tx, attempt, fact))) return 'too-early';
  if (movement === undefined && refundable(attempt) < amount) return 'too-early';
  const own = movement ?? (await adopt(tx, desk, attempt, fact));
  if (fact.state === 'failed') await recordMovement(tx, desk, own.id, { state: 'failed', code: 'provider-failed' });
  else await recordMovement(tx, desk, own.id, { state: fact.state, providerRef: fact.refundRef });
  return 'applied';
}

async function isBeingMade(tx: Transaction, attempt: Attempt, { key }: RefundFact): Promise<boolean> {
  if (key !== undefined) return false;
  return (await findOpenMovements(tx, attempt.id, 'refund')).some(({ providerRef }) => providerRef === null);
}

/** A refund that was made at the provider is one of ours from now on. */
async function adopt(tx: Transaction, desk: Desk, attempt: Attempt, fact: RefundFact): Promise<Movement> {
  const id = derivedId('payment refund elsewhere', attempt.provider, fact.refundRef);
  const at = desk.clock.now();
  const names = { paymentId: attempt.paymentId, attemptId: attempt.id };
  await moveSums(tx, names, { refundPending: fact.amount.amount }, at);
  await insertMovement(tx, {
    ...names,
    ...{ id, kind: 'refund', amount: fact.amount.amount, requestKey: `provider:${fact.refundRef}`, part: 0 },
    ...{ purpose: 'asked', reason: 'made at the provider', releaseRest: false, createdAt: at },
  });
  const made = await findMovement(tx, id);
  if (made === undefined) throw new Error(`movement ${id} is gone`);
  return changeMovement(tx, made, { state: 'pending', calledAt: at, providerRef: fact.refundRef });
}
