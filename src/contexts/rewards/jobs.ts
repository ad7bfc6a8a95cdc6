import type { Transaction } from '../../database/transaction.ts';
import { defineJob } from '../../jobs/queue.ts';
import type { Enqueue } from '../../jobs/queue.ts';
import type { Verification } from './member-store.ts';

export const creditBonusImportJob = defineJob<{ readonly importId: string }>('creditBonusImport');

/** Runs for each `user.phone_verified`. */
export const recordVerifiedPhoneJob = defineJob<Verification>('recordVerifiedPhone');

/** Runs for each `user.deleted`. */
export const eraseMemberJob = defineJob<{ readonly userId: string }>('eraseMember');

export const deleteExpiredRewardsJob = defineJob<Record<string, never>>('deleteExpiredRewards');
export const resumeStalledImportsJob = defineJob<Record<string, never>>('resumeStalledImports');
export const creditPendingGrantsJob = defineJob<Record<string, never>>('creditPendingGrants');
export const reconcileWalletsJob = defineJob<Record<string, never>>('reconcileWallets');

/** One job per import: adding it again wakes a fresh one, also beside one that a killed process left locked. */
export async function enqueueCrediting(enqueue: Enqueue, tx: Transaction, importId: string): Promise<void> {
  await enqueue(tx, creditBonusImportJob, { importId }, { key: `creditBonusImport:${importId}` });
}
