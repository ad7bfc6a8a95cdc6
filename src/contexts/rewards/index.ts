import type { ContextModule } from '../context.ts';
import { captureCoins } from './capture-coins.ts';
import type { RewardsDependencies } from './dependencies.ts';
import { eraseMemberJob, recordVerifiedPhoneJob } from './jobs.ts';
import { isCrediting } from './is-crediting.ts';
import { findBonusCampaign } from './campaign-store.ts';
import { createRewardsOperations } from './operations.ts';
import { createPersonalData } from './personal-data.ts';
import { problems } from './problems.ts';
import { recounts } from './recounts.ts';
import { seedMembers } from './seed-members.ts';
import { createRewardsTasks, rewardsSchedule } from './tasks.ts';
import { listTopWallets } from './top-wallet-store.ts';

export type { CaptureCoins, CaptureOutcome } from './capture-coins.ts';
export type { RewardsDependencies, RewardsObserver } from './dependencies.ts';
export { silentObserver } from './dependencies.ts';
export type { BonusSource } from './sources/bonus-source.ts';
export { pollOutcomes } from './sources/bonus-source.ts';
export { playRefusals } from './games/play-round.ts';
export { measured } from './measured.ts';
export { CREDITING_PAUSE } from './is-crediting.ts';
export type { SeedMembers } from './seed-members.ts';
export { seedMembers } from './seed-members.ts';

/** What other contexts may ask of rewards. */
export interface RewardsQuestions {
  /** Takes coins out of a wallet for a purchase, in the caller's transaction. */
  readonly captureCoins: typeof captureCoins;
  readonly seedMembers: typeof seedMembers;
  readonly findBonusCampaign: typeof findBonusCampaign;
  readonly listTopWallets: typeof listTopWallets;
  /** Whether an import is being credited at this moment, by any process. */
  isCrediting(): Promise<boolean>;
}

export function createRewards(dependencies: RewardsDependencies): ContextModule & RewardsQuestions {
  return {
    name: 'rewards',
    operations: createRewardsOperations(dependencies),
    tasks: createRewardsTasks(dependencies),
    schedule: rewardsSchedule,
    subscriptions: { 'user.phone_verified': [recordVerifiedPhoneJob], 'user.deleted': [eraseMemberJob] },
    personalData: createPersonalData(dependencies),
    recounts,
    problems,
    captureCoins,
    findBonusCampaign,
    listTopWallets,
    seedMembers,
    isCrediting: () => isCrediting(dependencies),
  };
}
