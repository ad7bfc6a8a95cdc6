import type { Transaction } from '../../../database/transaction.ts';
import type { Attempt } from '../attempts/attempt.ts';
import type { Desk } from '../dependencies.ts';
import { sendMovementJob } from '../jobs.ts';
import { derivedId } from '../../../shared/id.ts';
import { findMovementsOf, findOpenMovements, insertMovement } from './movement-store.ts';
import type { Movement } from './movement.ts';

/**
 * Has the provider let go of what it holds for an attempt, or take an invitation to pay back. Asked for again while it is under
 * way, it is the same release. Under the payment's lock.
 */
export async function requestVoid(
  tx: Transaction,
  { enqueue, clock }: Pick<Desk, 'enqueue' | 'clock'>,
  attempt: Attempt,
  { purpose, reason }: Pick<Movement, 'purpose' | 'reason'>,
): Promise<void> {
  if ((await findOpenMovements(tx, attempt.id, 'void')).length > 0) return;
  const kind = 'void';
  // One after a release that failed is another one.
  const before = await findMovementsOf(tx, { paymentId: attempt.paymentId, kind, requestKey: attempt.id });
  const names = { paymentId: attempt.paymentId, attemptId: attempt.id, requestKey: attempt.id, part: before.length };
  const id = derivedId('payment void', attempt.id, String(before.length));
  const held = attempt.authorised - attempt.captured - attempt.capturePending;
  const createdAt = clock.now();
  await insertMovement(tx, { ...names, id, kind, amount: held, purpose, reason, releaseRest: true, createdAt });
  await enqueue(tx, sendMovementJob, { movementId: id }, { key: `send:${id}` });
}
