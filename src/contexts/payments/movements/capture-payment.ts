import type { Transaction } from '../../../database/transaction.ts';
import { derivedId } from '../../../shared/id.ts';
import type { Money } from '../../../shared/money.ts';
import { moneyText } from '../../../shared/money.ts';
import { Problem } from '../../../shared/problem.ts';
import { listAttempts } from '../attempts/attempt-store.ts';
import { providerOf } from '../dependencies.ts';
import type { Desk } from '../dependencies.ts';
import { sendMovementJob } from '../jobs.ts';
import { moveSums } from '../move-sums.ts';
import { capturable, inCurrencyOf } from '../payment.ts';
import { problems } from '../problems.ts';
import { insertMovement } from './movement-store.ts';
import { requirePayment } from './require-payment.ts';

export interface CapturePayment {
  readonly paymentId: string;
  readonly amount: Money;
  /** Whether what is not taken is let go. */
  readonly releaseRest: boolean;
  readonly reason: string;
  readonly key: string;
}

/**
 * Reserves a capture and has the provider asked. It is taken from one attempt: from the first that holds enough.
 *
 * @throws Problem 404; 409 `currency-differs`, `capture-exceeds-authorised`, `partial-capture-releases-rest`, `whole-capture-only`
 */
export async function capturePayment(
  tx: Transaction,
  desk: Desk,
  { paymentId, amount, releaseRest, reason, key }: CapturePayment,
): Promise<void> {
  const payment = await requirePayment(tx, paymentId, amount);
  const holding = (await listAttempts(tx, [paymentId])).filter((attempt) => capturable(attempt) > 0n);
  const attempt = holding.find((one) => capturable(one) >= amount.amount);
  if (attempt === undefined) {
    const most = holding.map(capturable).reduce((one, other) => (other > one ? other : one), 0n);
    throw new Problem(problems['capture-exceeds-authorised'], {
      detail: `At most ${moneyText(inCurrencyOf(payment, most))} ${payment.currency} can be taken at once.`,
      errors: [{ pointer: '/amount', detail: 'is more than is held' }],
    });
  }
  const { partialCapture } = providerOf(desk.providers, attempt.provider).capabilities;
  const partial = amount.amount < capturable(attempt);
  if (partial && partialCapture === 'no') {
    throw new Problem(problems['whole-capture-only'], {
      detail: `${attempt.provider} takes all that is held, or nothing.`,
    });
  }
  if (partial && partialCapture === 'once' && !releaseRest) {
    throw new Problem(problems['partial-capture-releases-rest'], {
      detail: `${attempt.provider} takes once and lets the rest go: say so with releaseRest.`,
    });
  }
  const createdAt = desk.clock.now();
  const names = { paymentId, attemptId: attempt.id };
  const id = derivedId('payment capture', paymentId, key);
  await moveSums(tx, names, { capturePending: amount.amount }, createdAt);
  await insertMovement(tx, {
    ...names,
    ...{
      id,
      kind: 'capture',
      amount: amount.amount,
      requestKey: key,
      part: 0,
      purpose: 'asked',
      reason,
      releaseRest,
      createdAt,
    },
  });
  await desk.enqueue(tx, sendMovementJob, { movementId: id }, { key: `send:${id}` });
}
