import { defineJob } from '../../jobs/queue.ts';

/** Runs for each `user.deleted`. */
export const eraseTeammateJob = defineJob<{ readonly userId: string }>('eraseTeammate');
export const sendTeamNoticesJob = defineJob<Record<string, never>>('sendTeamNotices');
export const deleteExpiredInvitationsJob = defineJob<Record<string, never>>('deleteExpiredInvitations');
