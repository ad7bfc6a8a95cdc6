import type { Transaction } from '../../../database/transaction.ts';
import type { JobRun } from '../../../jobs/queue.ts';
import type { FetchOutcome, ProviderPayment } from '../../../ports/payments.ts';
import { applyPayment, lockAttempt } from '../attempts/apply-payment.ts';
import { findAttempt } from '../attempts/attempt-store.ts';
import type { Attempt } from '../attempts/attempt.ts';
import { providerOf } from '../dependencies.ts';
import type { Desk, PaymentsDependencies } from '../dependencies.ts';
import { findMovement, findOpenMovements } from './movement-store.ts';
import type { Movement } from './movement.ts';
import { recordMovement } from './record-movement.ts';
import { callProvider, recordOutcome } from './send-movement.ts';

/** Kept from the end of a key's life, for clocks differ. */
const MARGIN_SECONDS = 60;

/**
 * Finds out what became of a movement whose outcome is not known. While the provider remembers its key, the same call is made
 * again; after that the sums of the payment tell.
 */
export async function checkMovement(
  desk: Desk & Pick<PaymentsDependencies, 'worker'>,
  { movementId }: { readonly movementId: string },
  run: Pick<JobRun, 'signal'>,
): Promise<void> {
  const { worker, providers, clock } = desk;
  const movement = await findMovement(worker, movementId);
  const attempt = movement && (await findAttempt(worker, movement.attemptId));
  if (movement === undefined || attempt === undefined || movement.endedAt !== null || movement.calledAt === null)
    return;
  const provider = providerOf(providers, attempt.provider);
  const age = (clock.now().getTime() - movement.calledAt.getTime()) / 1000;
  if (movement.state === 'unknown' && age < provider.capabilities.keySeconds - MARGIN_SECONDS) {
    const outcome = await callProvider(desk, { movement, attempt }, { signal: run.signal });
    await worker.transaction((tx) => recordOutcome(tx, desk, movementId, outcome));
    return;
  }
  const known = { reference: attempt.id, providerRef: attempt.providerRef ?? undefined };
  const found = await provider.fetch(known, { signal: run.signal });
  await worker.transaction((tx) => recordFound(tx, desk, movementId, found));
}

async function recordFound(tx: Transaction, desk: Desk, movementId: string, found: FetchOutcome): Promise<void> {
  const attemptId = (await findMovement(tx, movementId))?.attemptId;
  if (attemptId === undefined) throw new Error(`movement ${movementId} is gone`);
  if (found.outcome === 'found') await applyPayment(tx, desk, { attemptId, seen: found.payment, fresh: true });
  const { attempt } = await lockAttempt(tx, attemptId);
  const movement = await findMovement(tx, movementId);
  if (movement === undefined || movement.endedAt !== null) return;
  if (found.outcome === 'found' && movement.kind === 'refund') {
    const others = (await findOpenMovements(tx, attemptId, 'refund')).length > 1;
    if (isGivenBack(found.payment, attempt, movement)) {
      return recordMovement(tx, desk, movementId, { state: 'succeeded', providerRef: undefined });
    }
    // Beside another open refund, or without sums, nothing proves that it was not made.
    if (!others && found.payment.refunded !== undefined && movement.state === 'unknown') {
      return recordMovement(tx, desk, movementId, { state: 'failed', code: 'never-arrived' });
    }
  }
  await recordMovement(tx, desk, movementId, {
    state: movement.state === 'pending' ? 'pending' : 'unknown',
    providerRef: undefined,
  });
}

function isGivenBack({ refunded }: ProviderPayment, attempt: Attempt, movement: Movement): boolean {
  return refunded !== undefined && refunded >= attempt.refunded + movement.amount;
}
