import type { Transaction } from '../../../database/transaction.ts';
import { lockAttempt } from '../attempts/apply-payment.ts';
import type { Attempt } from '../attempts/attempt.ts';
import { releaseAttempt } from '../attempts/release-attempt.ts';
import { settleCapture } from '../attempts/settle-capture.ts';
import { nextCheckAt } from '../check-schedule.ts';
import type { Desk } from '../dependencies.ts';
import { flagPayment } from '../flag-payment.ts';
import { checkAttemptJob, checkMovementJob } from '../jobs.ts';
import { moveSums } from '../move-sums.ts';
import type { Payment } from '../payment.ts';
import { findMovement, changeMovement } from './movement-store.ts';
import type { Movement } from './movement.ts';
import { recordRefund } from './record-refund.ts';

/** What is known of a movement now. */
export type MovementNews = EndOfMovement | OpenMovement;
export type EndOfMovement =
  | { readonly state: 'succeeded'; readonly providerRef: string | undefined }
  | { readonly state: 'failed'; readonly code: string };
type OpenMovement =
  { readonly state: 'pending'; readonly providerRef: string | undefined } | { readonly state: 'unknown' };

/**
 * Takes in what became of a movement: from our own call, a message or a repair, in any order and any number of times. It locks
 * the payment; only the first that ends a movement moves its sums.
 */
export async function recordMovement(
  tx: Transaction,
  desk: Desk,
  movementId: string,
  news: MovementNews,
): Promise<void> {
  const attemptId = (await findMovement(tx, movementId))?.attemptId;
  if (attemptId === undefined) throw new Error(`movement ${movementId} is gone`);
  const { payment, attempt } = await lockAttempt(tx, attemptId);
  const movement = await findMovement(tx, movementId);
  if (movement === undefined) throw new Error(`movement ${movementId} is gone`);
  if (news.state === 'pending' || news.state === 'unknown') return waitFor(tx, desk, { movement, attempt }, news);
  if (movement.kind === 'refund') return recordRefund(tx, desk, { movement, attempt }, news);
  if (movement.endedAt !== null) return;
  if (news.state === 'failed') return recordFailure(tx, desk, { movement, attempt }, news.code);
  if (movement.kind === 'void') {
    await releaseAttempt(tx, desk, attempt, 'voided');
    await changeMovement(tx, movement, { state: 'succeeded', nextCheckAt: null, endedAt: desk.clock.now() });
    return;
  }
  await recordCapture(tx, desk, { payment, attempt, movement });
}

/** Nothing moves, and what was reserved stays reserved: the provider is asked again later, then a person. */
async function waitFor(
  tx: Transaction,
  desk: Desk,
  { movement, attempt }: { readonly movement: Movement; readonly attempt: Attempt },
  news: OpenMovement,
): Promise<void> {
  if (movement.endedAt !== null) return;
  const next = nextCheckAt(movement.checks, desk.clock.now());
  const known = news.state === 'pending' ? (news.providerRef ?? movement.providerRef) : movement.providerRef;
  const state = movement.state === 'pending' ? 'pending' : news.state;
  const change = { state, providerRef: known, checks: movement.checks + 1, nextCheckAt: next };
  await changeMovement(tx, movement, change);
  if (next === null) await flagPayment(tx, desk, attempt, { flag: 'outcome-unknown', amount: movement.amount });
  else {
    const { id: movementId } = movement;
    await desk.enqueue(tx, checkMovementJob, { movementId }, { key: `check:${movementId}`, runAt: next });
  }
}

async function recordCapture(
  tx: Transaction,
  desk: Desk,
  { payment, attempt, movement }: { readonly payment: Payment; readonly attempt: Attempt; readonly movement: Movement },
): Promise<void> {
  const total = attempt.captured + movement.amount;
  const providerRef = attempt.providerRef ?? attempt.id;
  await settleCapture(tx, desk, { payment, attempt }, { providerRef, total, whole: movement.releaseRest });
}

/** A capture or a release that certainly did not happen. What the provider holds instead, it is asked. */
async function recordFailure(
  tx: Transaction,
  desk: Desk,
  { movement, attempt }: { readonly movement: Movement; readonly attempt: Attempt },
  failureCode: string,
): Promise<void> {
  const at = desk.clock.now();
  await changeMovement(tx, movement, { state: 'failed', failureCode, nextCheckAt: null, endedAt: at });
  if (movement.kind === 'capture') {
    const names = { paymentId: movement.paymentId, attemptId: attempt.id };
    const held = attempt.state !== 'voided' && attempt.state !== 'expired';
    const sums = { capturePending: -movement.amount, authorised: held ? 0n : -movement.amount };
    await moveSums(tx, names, sums, at);
  }
  await desk.enqueue(tx, checkAttemptJob, { attemptId: attempt.id }, { key: `check:${attempt.id}` });
}
