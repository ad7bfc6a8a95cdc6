import type { Transaction } from '../../database/transaction.ts';
import type { RewardsDependencies } from './dependencies.ts';
import { closeAsDuplicate, creditPending, lockClaimableGrants } from './grant-store.ts';
import { countSettled } from './import-progress-store.ts';
import type { SettledLines } from './import-progress-store.ts';
import { insertPostings } from './ledger-store.ts';
import { queueBonusMessages } from './queue-bonus-messages.ts';

/**
 * Credits the pending grants of these phones to whoever holds them now; a grant whose owner was paid under another number
 * ends as a duplicate. Safe to repeat and to run twice at once: a grant is locked, and pending only once.
 *
 * @returns how many were credited
 */
export async function settlePendingGrants(
  { tx, clock, notifications }: { readonly tx: Transaction } & Pick<RewardsDependencies, 'clock' | 'notifications'>,
  phones: readonly string[],
): Promise<number> {
  const claimable = await lockClaimableGrants(tx, phones, clock.now());
  if (claimable.length === 0) return 0;
  const creditedIds = await creditPending(tx, claimable);
  const credited = claimable.filter(({ id }) => creditedIds.has(id));
  const duplicate = claimable.filter(({ id }) => !creditedIds.has(id));
  await closeAsDuplicate(
    tx,
    duplicate.map(({ id }) => id),
  );
  await queueBonusMessages({ tx, notifications }, credited);
  await insertPostings(
    tx,
    'bonus',
    credited.map(({ id, userId, campaignId, amount }) => ({ reference: id, from: campaignId, to: userId, amount })),
  );
  const settled = (outcome: SettledLines['outcome']) => (grant: { readonly importId: string }) => ({
    importId: grant.importId,
    outcome,
    count: 1,
  });
  await countSettled(tx, [...credited.map(settled('credited')), ...duplicate.map(settled('duplicate'))]);
  return credited.length;
}
