import type { Transaction } from '../../../database/transaction.ts';
import type { ProviderPayment } from '../../../ports/payments.ts';
import { derivedId } from '../../../shared/id.ts';
import type { Desk } from '../dependencies.ts';
import { flagPayment } from '../flag-payment.ts';
import { moveSums } from '../move-sums.ts';
import { sumExcess } from '../movements/movement-store.ts';
import { requestVoid } from '../movements/request-void.ts';
import { lockPayment } from '../payment-store.ts';
import type { Payment } from '../payment.ts';
import { publishFact } from '../publish-facts.ts';
import { settleExcess } from '../settle-excess.ts';
import { changeAttempt, findAttempt, insertAttempt } from './attempt-store.ts';
import { isInFlight, rankOf } from './attempt.ts';
import type { Attempt } from './attempt.ts';
import { releaseAttempt } from './release-attempt.ts';
import { settleCapture } from './settle-capture.ts';

/** `doubtful`: it contradicts what is known, and may be old. The provider must be asked how it is now. */
export type Applied = 'applied' | 'nothing-new' | 'flagged' | 'doubtful';

/**
 * Brings an attempt to what its provider says of it. The one way for answers to our calls, messages, repairs and lists, which
 * race: it locks the payment, and a lower state never follows a higher one.
 *
 * @param fresh the provider was asked just now; what a message says may have been true some time ago
 */
export async function applyPayment(
  tx: Transaction,
  desk: Desk,
  { attemptId, seen, fresh }: { readonly attemptId: string; readonly seen: ProviderPayment; readonly fresh: boolean },
): Promise<Applied> {
  const { payment, attempt } = await lockAttempt(tx, attemptId);
  const { amount, captured } = seen;
  if (amount.currency !== attempt.currency || amount.amount !== attempt.amount || captured > attempt.amount) {
    await flagPayment(tx, desk, attempt, { flag: 'amount-mismatch', amount: amount.amount });
    return 'flagged';
  }
  switch (seen.state) {
    case 'requires_action':
    case 'processing':
      return advance(tx, desk, { payment, attempt, seen });
    case 'declined':
      return decline(tx, desk, attempt, seen.declineCode ?? 'declined');
    case 'voided':
    case 'expired':
      return (await releaseAttempt(tx, desk, attempt, seen.state)) ? 'applied' : 'nothing-new';
    case 'authorised':
    case 'captured':
      return succeed(tx, desk, { payment, attempt, seen, fresh });
  }
}

/** @returns both under the payment's lock. */
export async function lockAttempt(
  tx: Transaction,
  attemptId: string,
): Promise<{ readonly payment: Payment; readonly attempt: Attempt }> {
  const paymentId = (await findAttempt(tx, attemptId))?.paymentId;
  const payment = paymentId === undefined ? undefined : await lockPayment(tx, paymentId);
  const attempt = await findAttempt(tx, attemptId);
  if (payment === undefined || attempt === undefined) throw new Error(`attempt ${attemptId} is gone`);
  return { payment, attempt };
}

async function advance(
  tx: Transaction,
  desk: Desk,
  { payment, attempt, seen }: Pick<Success, 'payment' | 'attempt' | 'seen'>,
): Promise<Applied> {
  const { state, providerRef, declineCode = null } = seen;
  const higher = isInFlight(attempt) && rankOf(state) > rankOf(attempt.state);
  // A card was refused, and the buyer may try another one on the provider's page.
  const refused = isInFlight(attempt) && state === attempt.state && declineCode !== attempt.declineCode;
  if (!higher && !refused) return 'nothing-new';
  const change = { state: state === 'processing' ? state : 'requires_action', providerRef, declineCode } as const;
  const advanced = await changeAttempt(tx, attempt, change, desk.clock.now());
  // An invitation whose answer was lost reached nobody.
  const lost = change.state === 'requires_action' && attempt.action === null;
  const unwanted = change.state === 'requires_action' && (attempt.cancelRequestedAt ?? payment.cancelledAt) !== null;
  if (lost || unwanted) await requestVoid(tx, desk, advanced, { purpose: 'cancel', reason: 'nobody can pay it' });
  return 'applied';
}

/** Ends an attempt in flight without success. */
export async function decline(tx: Transaction, desk: Desk, attempt: Attempt, code: string): Promise<Applied> {
  if (!isInFlight(attempt)) return 'nothing-new';
  const over = { state: 'declined', declineCode: code, methodToken: null, action: null, nextCheckAt: null } as const;
  await changeAttempt(tx, attempt, over, desk.clock.now());
  const { id: attemptId, paymentId, amount } = attempt;
  await publishFact(tx, desk, 'payment.declined', { paymentId, attemptId, amount, code });
  return 'applied';
}

interface Success {
  readonly payment: Payment;
  readonly attempt: Attempt;
  readonly seen: ProviderPayment;
  readonly fresh: boolean;
}

async function succeed(tx: Transaction, desk: Desk, { payment, attempt, seen, fresh }: Success): Promise<Applied> {
  const over = attempt.state === 'declined' || attempt.state === 'voided' || attempt.state === 'expired';
  if (over && !fresh) return 'doubtful';
  // Somebody paid twice by one invitation: each payment is booked, so that each can be given back.
  const another = attempt.authorised > 0n && attempt.providerRef !== null && attempt.providerRef !== seen.providerRef;
  const own = another ? await adopt(tx, desk, attempt, seen) : attempt;
  const { captured: total, providerRef } = seen;
  if (own.authorised > 0n && total <= own.captured && (seen.state === 'authorised' || own.state === 'captured')) {
    return 'nothing-new';
  }
  const names = { paymentId: payment.id, attemptId: own.id };
  if (own.authorised === 0n) await moveSums(tx, names, { authorised: own.amount }, desk.clock.now());
  const held = { ...own, authorised: own.authorised === 0n ? own.amount : own.authorised };
  const state = held.captured > 0n ? held.state : 'authorised';
  const expiresAt = seen.expiresAt ?? held.expiresAt;
  const kept = await changeAttempt(tx, held, { state, expiresAt }, desk.clock.now());
  await settleCapture(tx, desk, { payment, attempt: kept }, { providerRef, total, whole: seen.state === 'captured' });
  if (total === 0n && own.authorised === 0n) await requireRoom(tx, desk, payment, kept);
  await settleExcess(tx, desk, payment.id);
  return 'applied';
}

/** An authorisation that nothing is due for is let go. */
async function requireRoom(tx: Transaction, desk: Desk, payment: Payment, attempt: Attempt): Promise<void> {
  const held = payment.authorised - (await sumExcess(tx, payment.id));
  if (payment.cancelledAt !== null || held < payment.amountDue) return;
  await flagPayment(tx, desk, attempt, { flag: 'second-success', amount: attempt.amount });
  await requestVoid(tx, desk, attempt, { purpose: 'excess', reason: 'another attempt had succeeded' });
}

/** A row for a payment that the provider made beside the one we know under our reference. */
async function adopt(tx: Transaction, desk: Desk, beside: Attempt, seen: ProviderPayment): Promise<Attempt> {
  const id = derivedId('payment attempt beside', beside.provider, seen.providerRef);
  const known = await findAttempt(tx, id);
  if (known !== undefined) return known;
  await insertAttempt(tx, { ...beside, id, methodToken: null, createdAt: desk.clock.now() }, 'declined');
  const made = await findAttempt(tx, id);
  if (made === undefined) throw new Error(`attempt ${id} is gone`);
  return changeAttempt(tx, made, { providerRef: seen.providerRef }, desk.clock.now());
}
