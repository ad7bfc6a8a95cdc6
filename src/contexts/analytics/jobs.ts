import { defineJob } from '../../jobs/queue.ts';

export const rollUpFactsJob = defineJob<Record<string, never>>('rollUpFacts');
export const rankUsersJob = defineJob<Record<string, never>>('rankUsers');
export const compareRollupsJob = defineJob<Record<string, never>>('compareRollups');
export const forgetFactsJob = defineJob<Record<string, never>>('forgetFacts');
