import type { Transaction } from '../../../database/transaction.ts';
import type { JobRun } from '../../../jobs/queue.ts';
import type { FetchOutcome } from '../../../ports/payments.ts';
import { providerOf } from '../dependencies.ts';
import type { Desk, PaymentsDependencies } from '../dependencies.ts';
import { applyPayment, decline, lockAttempt } from './apply-payment.ts';
import { findAttempt } from './attempt-store.ts';
import { isInFlight } from './attempt.ts';
import { scheduleCheck } from './schedule-check.ts';

/**
 * Asks the provider how an attempt is now, and brings ours to that by the normal path. One still in flight is asked about again
 * later. Safe to repeat, and to run beside messages about the same attempt.
 */
export async function checkAttempt(
  desk: Desk & Pick<PaymentsDependencies, 'worker'>,
  { attemptId }: { readonly attemptId: string },
  run: Pick<JobRun, 'signal'>,
): Promise<void> {
  const { worker, providers } = desk;
  const attempt = await findAttempt(worker, attemptId);
  if (attempt === undefined || attempt.calledAt === null) return;
  const known = { reference: attemptId, providerRef: attempt.providerRef ?? undefined };
  const found = await providerOf(providers, attempt.provider).fetch(known, { signal: run.signal });
  await worker.transaction((tx) => recordCheck(tx, desk, attemptId, found));
}

async function recordCheck(tx: Transaction, desk: Desk, attemptId: string, found: FetchOutcome): Promise<void> {
  if (found.outcome === 'found') await applyPayment(tx, desk, { attemptId, seen: found.payment, fresh: true });
  const { attempt } = await lockAttempt(tx, attemptId);
  if (!isInFlight(attempt)) return;
  const { processingSeconds } = providerOf(desk.providers, attempt.provider).capabilities;
  const waited = desk.clock.now().getTime() - (attempt.calledAt ?? attempt.createdAt).getTime();
  // Until its documented time of processing is over, a provider that knows of nothing may still be at it.
  const neverCame = found.outcome === 'not_found' && attempt.state === 'unknown' && waited > processingSeconds * 1000;
  if (neverCame) await decline(tx, desk, attempt, 'never-arrived');
  else await scheduleCheck(tx, desk, attempt);
}
