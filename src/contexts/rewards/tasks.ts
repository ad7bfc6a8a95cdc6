import { bindTask } from '../../jobs/queue.ts';
import type { ScheduledJob, TaskBinding } from '../../jobs/queue.ts';
import { creditBonusImport } from './credit-bonus-import.ts';
import { creditPendingGrants } from './credit-pending-grants.ts';
import type { RewardsDependencies } from './dependencies.ts';
import { getWalletReconciliation } from './get-wallet-reconciliation.ts';
import {
  creditBonusImportJob,
  creditPendingGrantsJob,
  reconcileWalletsJob,
  recordVerifiedPhoneJob,
  resumeStalledImportsJob,
} from './jobs.ts';
import { recordVerifiedPhone } from './record-verified-phone.ts';
import { resumeStalledImports } from './resume-stalled-imports.ts';

export function createRewardsTasks(dependencies: RewardsDependencies): TaskBinding[] {
  return [
    bindTask(creditBonusImportJob, (payload, run) => creditBonusImport(dependencies, payload, run)),
    bindTask(recordVerifiedPhoneJob, (payload) => recordVerifiedPhone(dependencies, payload)),
    bindTask(resumeStalledImportsJob, () => resumeStalledImports(dependencies)),
    bindTask(creditPendingGrantsJob, (_, run) => creditPendingGrants(dependencies, run)),
    // Its result is what the observer hears.
    bindTask(reconcileWalletsJob, async () => {
      await getWalletReconciliation(dependencies);
    }),
  ];
}

export const rewardsSchedule: readonly ScheduledJob[] = [
  { job: resumeStalledImportsJob, cron: '* * * * *' },
  { job: creditPendingGrantsJob, cron: '* * * * *' },
  { job: reconcileWalletsJob, cron: '7 * * * *' },
];
