import type { Transaction } from '../../../database/transaction.ts';
import { derivedId } from '../../../shared/id.ts';
import type { Money } from '../../../shared/money.ts';
import { listAttempts } from '../attempts/attempt-store.ts';
import type { Attempt } from '../attempts/attempt.ts';
import { providerOf } from '../dependencies.ts';
import type { Desk } from '../dependencies.ts';
import { sendMovementJob } from '../jobs.ts';
import { moveSums } from '../move-sums.ts';
import { lockPayment } from '../payment-store.ts';
import { refundable } from '../payment.ts';
import { findMovementsOf, insertMovement } from './movement-store.ts';
import type { Movement } from './movement.ts';

export interface RefundRequest extends Pick<Movement, 'purpose' | 'reason'> {
  readonly paymentId: string;
  readonly amount: bigint;
  /** Asked for again under this key, it is the same refund. */
  readonly key: string;
}

export type RefundAnswer =
  | { readonly outcome: 'requested'; readonly refundId: string }
  /** `refundable`: what can be given back now. */
  | { readonly outcome: 'exceeds-captured'; readonly refundable: Money };

const day = 86_400_000;

/**
 * Reserves a refund and has the provider asked; a refund beyond one attempt is a movement for each. What is reserved cannot be
 * given back a second time, until the provider has certainly refused.
 */
export async function requestRefund(
  tx: Transaction,
  desk: Pick<Desk, 'clock' | 'enqueue' | 'providers'>,
  { paymentId, amount, key, purpose, reason }: RefundRequest,
): Promise<RefundAnswer> {
  const payment = await lockPayment(tx, paymentId);
  if (payment === undefined) throw new Error(`payment ${paymentId} is gone`);
  const kind = 'refund';
  const [first] = await findMovementsOf(tx, { paymentId, kind, requestKey: key });
  if (first !== undefined) return { outcome: 'requested', refundId: first.id };
  const createdAt = desk.clock.now();
  const open = (await listAttempts(tx, [paymentId])).filter((attempt) => takesBack(desk, attempt, createdAt));
  const possible = open.reduce((sum, attempt) => sum + refundable(attempt), 0n);
  if (amount <= 0n || amount > possible) {
    return { outcome: 'exceeds-captured', refundable: { amount: possible, currency: payment.currency } };
  }
  // What is more than was due goes back by the way it came.
  open.sort((one, other) => Number(other.suspense > 0n) - Number(one.suspense > 0n));
  let left = amount;
  let part = 0;
  for (const attempt of open) {
    const share = left < refundable(attempt) ? left : refundable(attempt);
    if (share === 0n) continue;
    const id = derivedId('payment refund', paymentId, key, String(part));
    const names = { paymentId, attemptId: attempt.id };
    await moveSums(tx, names, { refundPending: share }, createdAt);
    const details = {
      kind,
      amount: share,
      requestKey: key,
      part,
      purpose,
      reason,
      releaseRest: false,
      createdAt,
    } as const;
    await insertMovement(tx, { ...names, ...details, id });
    await desk.enqueue(tx, sendMovementJob, { movementId: id }, { key: `send:${id}` });
    left -= share;
    part += 1;
  }
  return { outcome: 'requested', refundId: derivedId('payment refund', paymentId, key, '0') };
}

/** Whether its provider still gives back. */
function takesBack({ providers }: Pick<Desk, 'providers'>, attempt: Attempt, now: Date): boolean {
  if (refundable(attempt) === 0n) return false;
  const { refundDays } = providerOf(providers, attempt.provider).capabilities;
  return attempt.createdAt.getTime() + refundDays * day > now.getTime();
}
