import { defineJob } from '../../jobs/queue.ts';

/** Runs for each `user.deleted`. */
export const eraseTeammateJob = defineJob<{ readonly userId: string }>('eraseTeammate');
export const sendTeamNoticesJob = defineJob<Record<string, never>>('sendTeamNotices');
export const writeRecurringExpensesJob = defineJob<Record<string, never>>('writeRecurringExpenses');
export const sendBudgetAlertsJob = defineJob<Record<string, never>>('sendBudgetAlerts');
export const sendTeamDigestsJob = defineJob<Record<string, never>>('sendTeamDigests');
export const deleteExpiredInvitationsJob = defineJob<Record<string, never>>('deleteExpiredInvitations');
