import { bindTask } from '../../jobs/queue.ts';
import type { ScheduledJob, TaskBinding } from '../../jobs/queue.ts';
import { deleteExpiredInvitations } from './delete-expired-invitations.ts';
import type { TeamsDependencies } from './dependencies.ts';
import { eraseTeammate } from './erase-teammate.ts';
import { deleteExpiredInvitationsJob, eraseTeammateJob, sendTeamNoticesJob } from './jobs.ts';
import { sendTeamNotices } from './send-team-notices.ts';

export function createTeamsTasks(dependencies: TeamsDependencies): readonly TaskBinding[] {
  return [
    bindTask(eraseTeammateJob, (payload) => eraseTeammate(dependencies, payload)),
    bindTask(sendTeamNoticesJob, () => sendTeamNotices(dependencies)),
    bindTask(deleteExpiredInvitationsJob, () => deleteExpiredInvitations(dependencies)),
  ];
}

export const teamsSchedule: readonly ScheduledJob[] = [
  { job: sendTeamNoticesJob, cron: '* * * * *' },
  { job: deleteExpiredInvitationsJob, cron: '37 4 * * *' },
];
