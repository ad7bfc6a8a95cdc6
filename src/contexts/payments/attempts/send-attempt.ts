import type { Transaction } from '../../../database/transaction.ts';
import type { JobRun } from '../../../jobs/queue.ts';
import type { PaymentOutcome, ProviderPayment } from '../../../ports/payments.ts';
import { providerOf } from '../dependencies.ts';
import type { Desk, PaymentsDependencies } from '../dependencies.ts';
import { requestVoid } from '../movements/request-void.ts';
import type { Payment } from '../payment.ts';
import { applyPayment, decline, lockAttempt } from './apply-payment.ts';
import { changeAttempt } from './attempt-store.ts';
import { isInFlight, rankOf } from './attempt.ts';
import type { Attempt } from './attempt.ts';
import { releaseAttempt } from './release-attempt.ts';
import { scheduleCheck } from './schedule-check.ts';

/**
 * Asks the provider to begin an attempt: marks the call, commits, calls, records. When a process dies behind the mark, nobody
 * knows whether the call arrived: whoever runs this again makes the attempt unknown, and its repair asks the provider.
 */
export async function sendAttempt(
  desk: Desk & Pick<PaymentsDependencies, 'worker' | 'returnUrl'>,
  { attemptId }: { readonly attemptId: string },
  run: Pick<JobRun, 'signal'>,
): Promise<void> {
  const { worker, returnUrl } = desk;
  const begun = await worker.transaction((tx) => begin(tx, desk, attemptId));
  if (begun === undefined) return;
  const { payment, attempt } = begun;
  const { amount, currency, methodToken } = attempt;
  const { captureMode, description, customerId } = payment;
  const outcome = await providerOf(desk.providers, attempt.provider).startPayment(
    {
      ...{ attemptId, captureMode, description, customerId, returnUrl },
      amount: { amount, currency },
      methodToken: methodToken ?? undefined,
    },
    { signal: run.signal },
  );
  await worker.transaction((tx) => recordStart(tx, desk, attemptId, outcome));
}

async function begin(
  tx: Transaction,
  desk: Desk,
  attemptId: string,
): Promise<{ readonly payment: Payment; readonly attempt: Attempt } | undefined> {
  const { payment, attempt } = await lockAttempt(tx, attemptId);
  if (attempt.state !== 'created') return undefined;
  if (attempt.calledAt !== null) {
    await becomeUnknown(tx, desk, attempt);
    return undefined;
  }
  if (payment.cancelledAt !== null) {
    await releaseAttempt(tx, desk, attempt, 'voided');
    return undefined;
  }
  const now = desk.clock.now();
  return { payment, attempt: await changeAttempt(tx, attempt, { calledAt: now }, now) };
}

async function becomeUnknown(tx: Transaction, desk: Desk, attempt: Attempt): Promise<void> {
  const unknown = await changeAttempt(tx, attempt, { state: 'unknown', methodToken: null }, desk.clock.now());
  await scheduleCheck(tx, desk, unknown);
}

async function recordStart(
  tx: Transaction,
  desk: Desk,
  attemptId: string,
  outcome: PaymentOutcome<{ readonly payment: ProviderPayment }>,
): Promise<void> {
  const { payment, attempt } = await lockAttempt(tx, attemptId);
  const now = desk.clock.now();
  const providerRef = ('providerRef' in outcome ? outcome.providerRef : undefined) ?? attempt.providerRef;
  switch (outcome.outcome) {
    case 'succeeded':
      await applyPayment(tx, desk, { attemptId, seen: outcome.payment, fresh: false });
      return;
    case 'declined':
      await decline(tx, desk, attempt, outcome.code);
      return;
    case 'unknown':
      if (attempt.state === 'created') await becomeUnknown(tx, desk, { ...attempt, providerRef });
      return;
    case 'pending': {
      if (!isInFlight(attempt) || rankOf(attempt.state) >= rankOf('processing')) return;
      const taken = { state: 'processing', providerRef, methodToken: null } as const;
      await scheduleCheck(tx, desk, await changeAttempt(tx, attempt, taken, now));
      return;
    }
    case 'requires_action': {
      if (!isInFlight(attempt) || rankOf(attempt.state) >= rankOf('processing')) return;
      const action = desk.actions.seal(attemptId, Buffer.from(JSON.stringify(outcome.action)));
      const invitation = { action, providerRef, providerHandle: outcome.handle ?? null, methodToken: null };
      const invited = await changeAttempt(tx, attempt, { ...invitation, state: 'requires_action' }, now);
      await scheduleCheck(tx, desk, invited);
      if (invited.cancelRequestedAt === null && payment.cancelledAt === null) return;
      await requestVoid(tx, desk, invited, { purpose: 'cancel', reason: 'cancelled while it began' });
    }
  }
}
