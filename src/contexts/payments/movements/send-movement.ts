import type { Transaction } from '../../../database/transaction.ts';
import type { JobRun } from '../../../jobs/queue.ts';
import type { CallOptions, PaymentOutcome } from '../../../ports/payments.ts';
import { lockAttempt } from '../attempts/apply-payment.ts';
import { findAttempt } from '../attempts/attempt-store.ts';
import type { Attempt } from '../attempts/attempt.ts';
import { nextCheckAt } from '../check-schedule.ts';
import { providerOf } from '../dependencies.ts';
import type { Desk, PaymentsDependencies } from '../dependencies.ts';
import { flagPayment } from '../flag-payment.ts';
import { sendMovementJob } from '../jobs.ts';
import { changeMovement, findMovement } from './movement-store.ts';
import type { Movement } from './movement.ts';
import { recordMovement } from './record-movement.ts';

/**
 * Has the provider capture, release or give back: marks the call, commits, calls, records. When a process dies behind the mark,
 * whoever runs this again makes the movement unknown: what it reserved stays reserved until it is repaired.
 */
export async function sendMovement(
  desk: Desk & Pick<PaymentsDependencies, 'worker'>,
  { movementId }: { readonly movementId: string },
  run: Pick<JobRun, 'signal'>,
): Promise<void> {
  const { worker } = desk;
  const begun = await worker.transaction((tx) => begin(tx, desk, movementId));
  if (begun === undefined) return;
  const outcome = await callProvider(desk, begun, { signal: run.signal });
  await worker.transaction((tx) => recordOutcome(tx, desk, movementId, outcome));
}

export interface Begun {
  readonly movement: Movement;
  readonly attempt: Attempt;
}

async function begin(tx: Transaction, desk: Desk, movementId: string): Promise<Begun | undefined> {
  const attemptId = (await findMovement(tx, movementId))?.attemptId;
  if (attemptId === undefined) throw new Error(`movement ${movementId} is gone`);
  const { attempt } = await lockAttempt(tx, attemptId);
  const movement = await findMovement(tx, movementId);
  if (movement?.state !== 'requested') return undefined;
  if (movement.calledAt !== null) {
    await recordMovement(tx, desk, movementId, { state: 'unknown' });
    return undefined;
  }
  return { attempt, movement: await changeMovement(tx, movement, { calledAt: desk.clock.now() }) };
}

/** The call of a movement; under its key it has one effect however often it is made. */
export function callProvider(
  { providers }: Pick<Desk, 'providers'>,
  { movement, attempt }: Begun,
  options: CallOptions,
): Promise<PaymentOutcome> {
  const provider = providerOf(providers, attempt.provider);
  const command = {
    key: movement.id,
    reference: attempt.id,
    providerRef: attempt.providerRef ?? undefined,
    handle: attempt.providerHandle ?? undefined,
    amount: { amount: movement.amount, currency: attempt.currency },
  };
  switch (movement.kind) {
    case 'capture':
      return provider.capture({ ...command, releaseRest: movement.releaseRest }, options);
    case 'void':
      return provider.void(command, options);
    case 'refund':
      return provider.refund(command, options);
  }
}

/** Takes in what a call brought. */
export async function recordOutcome(
  tx: Transaction,
  desk: Desk,
  movementId: string,
  outcome: PaymentOutcome,
): Promise<void> {
  switch (outcome.outcome) {
    case 'succeeded':
    case 'pending':
      return recordMovement(tx, desk, movementId, { state: outcome.outcome, providerRef: outcome.providerRef });
    case 'unknown':
      return recordMovement(tx, desk, movementId, { state: 'unknown' });
    case 'requires_action':
      // Nobody's action moves money that is held already: whatever it means, a person will look.
      return recordMovement(tx, desk, movementId, { state: 'unknown' });
    case 'declined':
      if (outcome.retryable) return sendLater(tx, desk, movementId);
      return recordMovement(tx, desk, movementId, { state: 'failed', code: outcome.code });
  }
}

/** It certainly did not arrive: the same call is made again, and what is reserved stays so. */
async function sendLater(tx: Transaction, desk: Desk, movementId: string): Promise<void> {
  const attempt = await findAttempt(tx, (await findMovement(tx, movementId))?.attemptId ?? '');
  if (attempt === undefined) throw new Error(`movement ${movementId} is gone`);
  await lockAttempt(tx, attempt.id);
  const movement = await findMovement(tx, movementId);
  if (movement === undefined || movement.endedAt !== null || movement.state === 'pending') return;
  const next = nextCheckAt(movement.checks, desk.clock.now());
  const again = { state: 'requested', calledAt: null, checks: movement.checks + 1, nextCheckAt: next } as const;
  await changeMovement(tx, movement, again);
  if (next === null) await flagPayment(tx, desk, attempt, { flag: 'outcome-unknown', amount: movement.amount });
  else await desk.enqueue(tx, sendMovementJob, { movementId }, { key: `send:${movementId}`, runAt: next });
}
