import type { RewardsDependencies } from './dependencies.ts';
import { openWallets } from './ledger-store.ts';
import { recordVerification } from './member-store.ts';
import type { Verification } from './member-store.ts';
import { settlePendingGrants } from './settle-pending-grants.ts';

/**
 * Takes a verified phone into rewards' own list of members and credits what waited for it. Verifications may come twice,
 * late and in any order.
 */
export async function recordVerifiedPhone(
  dependencies: Pick<RewardsDependencies, 'worker' | 'clock' | 'notifications'>,
  verification: Verification,
): Promise<void> {
  await dependencies.worker.transaction(async (tx) => {
    await openWallets(tx, [verification.userId]);
    await recordVerification(tx, verification, dependencies.clock.now());
    await settlePendingGrants({ ...dependencies, tx }, [verification.phone]);
  });
}
