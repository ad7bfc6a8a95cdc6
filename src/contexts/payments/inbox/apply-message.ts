import { cipherOf } from '../../../database/sealed-column.ts';
import type { Transaction } from '../../../database/transaction.ts';
import { captureId } from '../../../ports/payments.ts';
import type { ProviderFact } from '../../../ports/payments.ts';
import { applyPayment } from '../attempts/apply-payment.ts';
import { findAttemptBy } from '../attempts/attempt-store.ts';
import { providerOf } from '../dependencies.ts';
import type { Desk, PaymentsDependencies } from '../dependencies.ts';
import { applyDispute } from '../disputes/apply-dispute.ts';
import { applyMessageJob, checkAttemptJob } from '../jobs.ts';
import { post } from '../ledger/post.ts';
import { rawMessages } from '../sealed-columns.ts';
import { applyRefund } from './apply-refund.ts';
import { endMessage, failMessage, lockMessage } from './inbox-store.ts';
import type { MessageState } from './inbox-store.ts';

/** How often a refund is tried whose payment has not been seen to succeed, and how long it waits in between. */
const TRIES = 20;
const PAUSE = 15_000;

/** What came of a fact. */
interface Applied {
  /** `received`: it came too early, and is applied again later. */
  readonly state: MessageState;
  readonly paymentId: string | null;
  readonly error: string | null;
}

/**
 * Applies one message of the inbox: everything that follows from it, and the note that it is applied, in one transaction. Run
 * again, an applied message changes nothing. One that cannot be applied stays for a person, and the payment as it was.
 */
export async function applyMessage(
  desk: Desk & Pick<PaymentsDependencies, 'worker' | 'keyRing'>,
  { messageId }: { readonly messageId: string },
): Promise<void> {
  const { worker, observer } = desk;
  try {
    const ended = await worker.transaction((tx) => apply(tx, desk, messageId));
    if (ended !== undefined) observer.message(ended);
  } catch (error) {
    await failMessage(worker, messageId, Error.isError(error) ? error.name : 'error');
    throw error;
  }
}

async function apply(tx: Transaction, desk: Desk & Pick<PaymentsDependencies, 'keyRing'>, messageId: string) {
  const message = await lockMessage(tx, messageId);
  // Deleted when its time of keeping was over.
  if (message === undefined) return undefined;
  const { provider, kind } = message;
  const stored = cipherOf(desk.keyRing, rawMessages).open(messageId, message.raw);
  const fact =
    message.source === 'reconciliation'
      ? readMissing(stored)
      : providerOf(desk.providers, provider).readMessage({ kind, stored });
  const applied = await applyFact(tx, desk, provider, fact);
  const { paymentId, error } = applied;
  const state = applied.state === 'received' && message.attempts >= TRIES ? 'failed' : applied.state;
  const at = desk.clock.now();
  await endMessage(tx, {
    id: messageId,
    state: message.appliedAt === null ? state : message.state,
    lastError: error,
    paymentId,
    at,
  });
  if (state === 'received') {
    const runAt = new Date(at.getTime() + PAUSE);
    await desk.enqueue(tx, applyMessageJob, { messageId }, { key: `apply:${messageId}`, runAt });
  }
  return { provider, result: state };
}

async function applyFact(tx: Transaction, desk: Desk, provider: string, fact: ProviderFact): Promise<Applied> {
  const ended = (state: Applied['state'], paymentId: string | null = null, error: string | null = null): Applied => ({
    ...{ state, paymentId, error },
  });
  switch (fact.fact) {
    case 'nothing':
      return ended('ignored');
    case 'unmapped':
      desk.observer.flagged({ provider, flag: 'unmapped' });
      return ended('failed', null, `nobody has mapped ${fact.code}`);
    case 'payment': {
      const { reference, providerRef } = fact.payment;
      const attempt = await findAttemptBy(tx, provider, { reference, providerRef });
      if (attempt === undefined) {
        await bookUnknown(tx, desk, provider, fact);
        return ended('applied');
      }
      const applied = await applyPayment(tx, desk, { attemptId: attempt.id, seen: fact.payment, fresh: false });
      if (applied === 'doubtful') await look(tx, desk, attempt.id);
      return ended('applied', attempt.paymentId);
    }
    case 'look': {
      const attempt = await findAttemptBy(tx, provider, fact);
      if (attempt === undefined) return ended('ignored');
      await look(tx, desk, attempt.id);
      return ended('applied', attempt.paymentId);
    }
    case 'refund': {
      const attempt = await findAttemptBy(tx, provider, fact);
      if (attempt === undefined) return ended('failed', null, 'no such payment');
      if ((await applyRefund(tx, desk, attempt, fact)) === 'too-early') {
        await look(tx, desk, attempt.id);
        return ended('received', attempt.paymentId, 'its payment is not captured yet');
      }
      return ended('applied', attempt.paymentId);
    }
    case 'dispute': {
      const attempt = await findAttemptBy(tx, provider, { reference: undefined, providerRef: fact.providerRef });
      if (attempt === undefined) return ended('failed', null, 'no such payment');
      await applyDispute(tx, desk, attempt, fact);
      return ended('applied', attempt.paymentId);
    }
  }
}

/** What a provider's list has and we have not: the provider is asked about its payment. Written by us. */
function readMissing(stored: Buffer): ProviderFact {
  const { providerRef, reference } = JSON.parse(stored.toString('utf8')) as { providerRef: string; reference?: string };
  return { fact: 'look', providerRef, reference };
}

/** Has the provider asked now. */
async function look(tx: Transaction, { enqueue }: Desk, attemptId: string): Promise<void> {
  await enqueue(tx, checkAttemptJob, { attemptId }, { key: `check:${attemptId}` });
}

/** Money that came under our reference for an attempt that nobody knows is in the books, and a person must look. */
async function bookUnknown(
  tx: Transaction,
  desk: Desk,
  provider: string,
  { payment }: Extract<ProviderFact, { readonly fact: 'payment' }>,
): Promise<void> {
  desk.observer.flagged({ provider, flag: 'unknown-payment' });
  const { captured, amount, providerRef } = payment;
  if (captured === 0n) return;
  await post(tx, {
    refType: 'capture',
    refId: `${provider}:${captureId(providerRef, captured)}`,
    currency: amount.currency,
    amounts: { provider_clearing: captured, suspense: -captured },
  });
}
