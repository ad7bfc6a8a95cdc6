import { bindTask } from '../../jobs/queue.ts';
import type { ScheduledJob, TaskBinding } from '../../jobs/queue.ts';
import { sendBudgetAlerts } from './budgets/send-budget-alerts.ts';
import { deleteExpiredInvitations } from './delete-expired-invitations.ts';
import type { TeamsDependencies } from './dependencies.ts';
import { sendTeamDigests } from './digest/send-team-digests.ts';
import { eraseTeammate } from './erase-teammate.ts';
import {
  deleteExpiredInvitationsJob,
  eraseTeammateJob,
  sendBudgetAlertsJob,
  sendTeamDigestsJob,
  sendTeamNoticesJob,
  writeRecurringExpensesJob,
} from './jobs.ts';
import { sendTeamNotices } from './notices/send-team-notices.ts';
import { writeRecurringExpenses } from './recurring/write-recurring-expenses.ts';

export function createTeamsTasks(dependencies: TeamsDependencies): readonly TaskBinding[] {
  return [
    bindTask(eraseTeammateJob, (payload) => eraseTeammate(dependencies, payload)),
    bindTask(sendTeamNoticesJob, () => sendTeamNotices(dependencies)),
    bindTask(writeRecurringExpensesJob, (_payload, run) => writeRecurringExpenses(dependencies, run)),
    bindTask(sendBudgetAlertsJob, () => sendBudgetAlerts(dependencies)),
    bindTask(sendTeamDigestsJob, (_payload, run) => sendTeamDigests(dependencies, run)),
    bindTask(deleteExpiredInvitationsJob, () => deleteExpiredInvitations(dependencies)),
  ];
}

export const teamsSchedule: readonly ScheduledJob[] = [
  { job: sendTeamNoticesJob, cron: '* * * * *' },
  // Days begin at any quarter of an hour, somewhere.
  { job: writeRecurringExpensesJob, cron: '*/15 * * * *' },
  { job: sendBudgetAlertsJob, cron: '26 * * * *' },
  { job: sendTeamDigestsJob, cron: '0 8 * * 1' },
  { job: deleteExpiredInvitationsJob, cron: '37 4 * * *' },
];
