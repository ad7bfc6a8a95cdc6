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
export const expireRoundsJob = defineJob<Record<string, never>>('expireRounds');
export const countScoresJob = defineJob<Record<string, never>>('countScores');
export const rebuildLeaderboardsJob = defineJob<Record<string, never>>('rebuildLeaderboards');

export const importBonusSourcesJob = defineJob<Record<string, never>>('importBonusSources');
export const importBonusSourceJob = defineJob<{ readonly source: string }>('importBonusSource');

/** One job per import: adding it again wakes a fresh one, also beside one that a killed process left locked. */
export async function enqueueCrediting(enqueue: Enqueue, tx: Transaction, importId: string): Promise<void> {
  await enqueue(tx, creditBonusImportJob, { importId }, { key: `creditBonusImport:${importId}` });
}

/** One job per source, so that a look that takes long is not joined by the next. The next one is its retry. */
export async function enqueueSourceImport(enqueue: Enqueue, tx: Transaction, source: string): Promise<void> {
  await enqueue(tx, importBonusSourceJob, { source }, { key: `importBonusSource:${source}`, maxAttempts: 3 });
}
