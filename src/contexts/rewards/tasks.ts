import { bindTask } from '../../jobs/queue.ts';
import type { ScheduledJob, TaskBinding } from '../../jobs/queue.ts';
import { creditBonusImport } from './credit-bonus-import.ts';
import { creditPendingGrants } from './credit-pending-grants.ts';
import { deleteExpiredRewards } from './delete-expired-rewards.ts';
import type { RewardsDependencies } from './dependencies.ts';
import { eraseMember } from './erase-member.ts';
import { expireRounds } from './games/expire-rounds.ts';
import { getWalletReconciliation } from './get-wallet-reconciliation.ts';
import {
  countScoresJob,
  creditBonusImportJob,
  creditPendingGrantsJob,
  deleteExpiredRewardsJob,
  eraseMemberJob,
  importBonusSourceJob,
  importBonusSourcesJob,
  expireRoundsJob,
  rebuildLeaderboardsJob,
  reconcileWalletsJob,
  recordVerifiedPhoneJob,
  resumeStalledImportsJob,
} from './jobs.ts';
import { countScores } from './leaderboards/count-scores.ts';
import { rebuildLeaderboards } from './leaderboards/rebuild-leaderboards.ts';
import { recordVerifiedPhone } from './record-verified-phone.ts';
import { resumeStalledImports } from './resume-stalled-imports.ts';
import { importBonusSource } from './sources/import-bonus-source.ts';
import { importBonusSources } from './sources/import-bonus-sources.ts';
import type { UploadSlots } from './create-bonus-import.ts';

export function createRewardsTasks(dependencies: RewardsDependencies): TaskBinding[] {
  const slots: UploadSlots = { taken: 0 };
  return [
    bindTask(creditBonusImportJob, (payload, run) => creditBonusImport(dependencies, payload, run)),
    bindTask(recordVerifiedPhoneJob, (payload) => recordVerifiedPhone(dependencies, payload)),
    bindTask(eraseMemberJob, (payload) => eraseMember(dependencies, payload)),
    bindTask(deleteExpiredRewardsJob, (_, { signal }) => deleteExpiredRewards(dependencies, { signal })),
    bindTask(resumeStalledImportsJob, () => resumeStalledImports(dependencies)),
    bindTask(creditPendingGrantsJob, (_, run) => creditPendingGrants(dependencies, run)),
    bindTask(importBonusSourcesJob, () => importBonusSources(dependencies)),
    bindTask(importBonusSourceJob, (payload, run) => importBonusSource(dependencies, slots, payload, run)),
    // Its result is what the observer hears.
    bindTask(reconcileWalletsJob, async () => {
      await getWalletReconciliation(dependencies);
    }),
    bindTask(expireRoundsJob, (_, run) => expireRounds(dependencies, run)),
    bindTask(countScoresJob, (_, run) => countScores(dependencies, run)),
    bindTask(rebuildLeaderboardsJob, async (_, run) => {
      await rebuildLeaderboards(dependencies, run);
    }),
  ];
}

export const rewardsSchedule: readonly ScheduledJob[] = [
  { job: resumeStalledImportsJob, cron: '* * * * *' },
  { job: creditPendingGrantsJob, cron: '* * * * *' },
  { job: importBonusSourcesJob, cron: '*/5 * * * *' },
  { job: deleteExpiredRewardsJob, cron: '47 4 * * *' },
  { job: reconcileWalletsJob, cron: '7 * * * *' },
  { job: expireRoundsJob, cron: '* * * * *' },
  { job: countScoresJob, cron: '* * * * *' },
  { job: rebuildLeaderboardsJob, cron: '23 4 * * *' },
];
