import type { JobRun } from '../../jobs/queue.ts';
import type { RewardsDependencies } from './dependencies.ts';
import { expireGrants } from './grant-store.ts';
import { countSettled } from './import-progress-store.ts';
import { forgetVerificationsBefore, listRecentlyVerified } from './member-store.ts';
import { settlePendingGrants } from './settle-pending-grants.ts';

const AT_ONCE = 500;
/** Longer than any chunk's transaction can last: after that no chunk can have missed the verification any more. */
const REMEMBERED_MILLISECONDS = 10 * 60_000;

/**
 * The sweep behind `recordVerifiedPhone`: a chunk and a verification that commit at the same moment can miss each other,
 * so phones verified lately are looked at again. Then ends the pending grants of closed campaigns.
 */
export async function creditPendingGrants(
  dependencies: Pick<RewardsDependencies, 'worker' | 'clock' | 'notifications'>,
  { signal }: Pick<JobRun, 'signal'>,
): Promise<void> {
  const { worker, clock } = dependencies;
  // Taken before looking: what is verified meanwhile is remembered until the next sweep.
  const settledBefore = new Date(clock.now().getTime() - REMEMBERED_MILLISECONDS);
  for (let after = ''; ;) {
    signal.throwIfAborted();
    const phones = await listRecentlyVerified(worker, { after, limit: AT_ONCE });
    await worker.transaction((tx) => settlePendingGrants({ ...dependencies, tx }, phones));
    const last = phones.at(-1);
    if (last === undefined || phones.length < AT_ONCE) break;
    after = last;
  }
  await forgetVerificationsBefore(worker, settledBefore);
  await expirePendingGrants(dependencies, signal);
}

async function expirePendingGrants(
  { worker, clock }: Pick<RewardsDependencies, 'worker' | 'clock'>,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const expired = await worker.transaction(async (tx) => {
      const counts = await expireGrants(tx, clock.now(), AT_ONCE);
      await countSettled(
        tx,
        counts.map(({ importId, count }) => ({ importId, outcome: 'expired', count })),
      );
      return counts.length;
    });
    if (expired === 0) return;
  }
}
