import type { Transaction } from '../../../database/transaction.ts';
import { captureId } from '../../../ports/payments.ts';
import type { Desk } from '../dependencies.ts';
import { flagPayment } from '../flag-payment.ts';
import { post } from '../ledger/post.ts';
import { insertSettlement } from '../ledger/settlement-store.ts';
import { moveSums } from '../move-sums.ts';
import { changeMovement, findOpenMovements, sumExcess } from '../movements/movement-store.ts';
import type { Payment } from '../payment.ts';
import { publishFact } from '../publish-facts.ts';
import { changeAttempt, findAttempt } from './attempt-store.ts';
import type { Attempt } from './attempt.ts';

/** What is captured of an attempt by now, in total. */
interface Captured {
  readonly providerRef: string;
  readonly total: bigint;
  /** Nothing more is held. */
  readonly whole: boolean;
}

/**
 * Books what was captured beyond what is known, once: sums, settlement, ledger and event in one transaction, under the
 * payment's lock. What is more than is due goes to suspense, from where it is given back.
 *
 * @returns the attempt as it is then
 */
export async function settleCapture(
  tx: Transaction,
  desk: Desk,
  { payment, attempt }: { readonly payment: Payment; readonly attempt: Attempt },
  { providerRef, total, whole }: Captured,
): Promise<Attempt> {
  const at = desk.clock.now();
  const { provider, currency } = attempt;
  const names = { paymentId: payment.id, attemptId: attempt.id };
  const taken = total - attempt.captured;
  const transactionId = captureId(providerRef, total);
  const settlement = { ...names, provider, transactionId, operation: 'capture', amount: taken, currency, at } as const;
  if (taken > 0n && (await insertSettlement(tx, settlement))) {
    const surplus = await surplusOf(tx, payment, taken);
    const told = await endCaptures(tx, attempt.id, taken, at);
    const beyond = total + attempt.capturePending - told - attempt.authorised;
    const sums = { captured: taken, capturePending: -told, suspense: surplus, authorised: beyond > 0n ? beyond : 0n };
    await moveSums(tx, names, sums, at);
    await post(tx, {
      refType: 'capture',
      refId: `${provider}:${transactionId}`,
      currency,
      amounts: { provider_clearing: taken, customer_funds: surplus - taken, suspense: -surplus },
    });
    await publishFact(tx, desk, 'payment.captured', { ...names, amount: taken });
    if (surplus > 0n) await flagPayment(tx, desk, attempt, { flag: 'second-success', amount: surplus });
  }
  return closeAttempt(tx, desk, { ...attempt, providerRef }, whole);
}

/** How much of this is more than is due. */
async function surplusOf(tx: Transaction, payment: Payment, taken: bigint): Promise<bigint> {
  const due = payment.cancelledAt === null ? payment.amountDue : 0n;
  const missing = due - (payment.captured - (await sumExcess(tx, payment.id)));
  const room = missing > 0n ? missing : 0n;
  return taken > room ? taken - room : 0n;
}

/** Captures that were asked for and are in this amount have succeeded. @returns what they were reserved for */
async function endCaptures(tx: Transaction, attemptId: string, taken: bigint, at: Date): Promise<bigint> {
  let told = 0n;
  for (const movement of await findOpenMovements(tx, attemptId, 'capture')) {
    if (told + movement.amount > taken) break;
    told += movement.amount;
    await changeMovement(tx, movement, { state: 'succeeded', nextCheckAt: null, endedAt: at });
  }
  return told;
}

/** The state that follows from the sums; what is held no more is taken out of them. */
async function closeAttempt(tx: Transaction, desk: Desk, known: Attempt, whole: boolean): Promise<Attempt> {
  const at = desk.clock.now();
  const attempt = await findAttempt(tx, known.id);
  if (attempt === undefined) throw new Error(`attempt ${known.id} is gone`);
  const held = attempt.authorised - attempt.captured - attempt.capturePending;
  const released = whole && held > 0n ? held : 0n;
  if (released > 0n) {
    await moveSums(tx, { paymentId: attempt.paymentId, attemptId: attempt.id }, { authorised: -released }, at);
  }
  const rest = held - released + attempt.capturePending;
  const state =
    attempt.captured > 0n && rest === 0n ? 'captured' : attempt.captured > 0n ? 'partly_captured' : 'authorised';
  const { providerRef } = known;
  const ended = { state, providerRef, action: null, methodToken: null, declineCode: null, nextCheckAt: null } as const;
  return changeAttempt(tx, { ...attempt, authorised: attempt.authorised - released }, ended, at);
}
