import type { Transaction } from '../../../database/transaction.ts';
import type { Desk } from '../dependencies.ts';
import { moveSums } from '../move-sums.ts';
import { changeMovement, findOpenMovements } from '../movements/movement-store.ts';
import { publishFact } from '../publish-facts.ts';
import { settleExcess } from '../settle-excess.ts';
import { changeAttempt } from './attempt-store.ts';
import { isInFlight } from './attempt.ts';
import type { Attempt } from './attempt.ts';

/**
 * Takes note that nothing is held any more, under the payment's lock: an attempt in flight is over, an authorisation is let go.
 * What was captured stays captured. Releases that were asked for have succeeded by that.
 *
 * @returns false when nothing was held
 */
export async function releaseAttempt(
  tx: Transaction,
  desk: Desk,
  attempt: Attempt,
  state: 'voided' | 'expired',
): Promise<boolean> {
  const at = desk.clock.now();
  for (const movement of await findOpenMovements(tx, attempt.id, 'void')) {
    await changeMovement(tx, movement, { state: 'succeeded', nextCheckAt: null, endedAt: at });
  }
  const held = attempt.authorised - attempt.captured - attempt.capturePending;
  if (!isInFlight(attempt) && held === 0n) return false;
  const { id: attemptId, paymentId } = attempt;
  if (held > 0n) await moveSums(tx, { paymentId, attemptId }, { authorised: -held }, at);
  const taken = attempt.captured > 0n;
  const over = { methodToken: null, action: null, nextCheckAt: null } as const;
  await changeAttempt(tx, attempt, { ...over, state: taken ? 'captured' : state }, at);
  await publishFact(tx, desk, 'payment.voided', { paymentId, attemptId, amount: held, code: state });
  await settleExcess(tx, desk, paymentId);
  return true;
}
