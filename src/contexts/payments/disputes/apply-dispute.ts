import type { Transaction } from '../../../database/transaction.ts';
import type { ProviderFact } from '../../../ports/payments.ts';
import { derivedId } from '../../../shared/id.ts';
import { lockAttempt } from '../attempts/apply-payment.ts';
import type { Attempt } from '../attempts/attempt.ts';
import type { Desk } from '../dependencies.ts';
import { flagPayment } from '../flag-payment.ts';
import { post } from '../ledger/post.ts';
import { removeFlag } from '../payment-store.ts';
import { publishFact } from '../publish-facts.ts';
import { closeDispute, hasOpenDispute, insertDispute } from './dispute-store.ts';

type DisputeFact = Extract<ProviderFact, { readonly fact: 'dispute' }>;

/**
 * Takes note of a dispute, its end included, each once: the money leaves what the provider owes us when it is opened, comes back
 * when it is won, and is the customer's when it is lost. An end that comes before the beginning is both.
 */
export async function applyDispute(tx: Transaction, desk: Desk, known: Attempt, fact: DisputeFact): Promise<void> {
  const { payment, attempt } = await lockAttempt(tx, known.id);
  const { disputeRef: providerRef, state, reason } = fact;
  const { amount, currency } = fact.amount;
  const { provider } = attempt;
  const at = desk.clock.now();
  const refId = `${provider}:${providerRef}`;
  const names = { paymentId: payment.id, attemptId: attempt.id };
  const id = derivedId('payment dispute', provider, providerRef);
  if (await insertDispute(tx, { ...names, id, provider, providerRef, amount, currency, reason, openedAt: at })) {
    await post(tx, {
      refType: 'dispute-opened',
      refId,
      currency,
      amounts: { disputes: amount, provider_clearing: -amount },
    });
    await flagPayment(tx, desk, attempt, { flag: 'disputed', amount });
    await publishFact(tx, desk, 'payment.disputed', { ...names, amount, code: 'opened' });
  }
  if (state === 'opened' || !(await closeDispute(tx, { provider, providerRef, state }, at))) return;
  if (state === 'won') {
    await post(tx, {
      refType: 'dispute-won',
      refId,
      currency,
      amounts: { disputes: -amount, provider_clearing: amount },
    });
  } else {
    await post(tx, {
      refType: 'dispute-lost',
      refId,
      currency,
      amounts: { disputes: -amount, customer_funds: amount },
    });
  }
  if (!(await hasOpenDispute(tx, payment.id))) await removeFlag(tx, payment.id, 'disputed', at);
  await publishFact(tx, desk, 'payment.disputed', { ...names, amount, code: state });
}
