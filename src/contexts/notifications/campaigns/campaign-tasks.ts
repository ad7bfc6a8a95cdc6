import type { Database } from '../../../database/transaction.ts';
import { bindTask } from '../../../jobs/queue.ts';
import type { ScheduledJob, TaskBinding } from '../../../jobs/queue.ts';
import {
  eraseRecipientJob,
  recordAllRecipientsJob,
  recordChangedRecipientsJob,
  recordRecipientJob,
  resumeCampaignsJob,
  runCampaignJob,
} from './campaign-jobs.ts';
import { forgetEngagement } from './engagement-store.ts';
import { eraseRecipient, recordAllRecipients, recordChangedRecipients, recordRecipient } from './record-recipients.ts';
import { resumeCampaigns } from './resume-campaigns.ts';
import { runCampaign } from './run-campaign.ts';
import type { RunDependencies } from './run-campaign.ts';

export interface CampaignTaskDependencies extends RunDependencies {
  readonly database: Database;
}

export function createCampaignTasks(dependencies: CampaignTaskDependencies): readonly TaskBinding[] {
  return [
    bindTask(runCampaignJob, (payload, run) => runCampaign(dependencies, payload, run)),
    bindTask(resumeCampaignsJob, () => resumeCampaigns(dependencies)),
    bindTask(recordRecipientJob, (payload) => recordRecipient(dependencies, payload)),
    bindTask(recordChangedRecipientsJob, (_payload, run) => recordChangedRecipients(dependencies, run)),
    bindTask(recordAllRecipientsJob, (_payload, run) => recordAllRecipients(dependencies, run)),
    bindTask(eraseRecipientJob, async (payload) => {
      await eraseRecipient(dependencies, payload);
      await forgetEngagement(dependencies.database, payload.userId);
    }),
  ];
}

export const campaignSchedule: readonly ScheduledJob[] = [
  { job: resumeCampaignsJob, cron: '* * * * *' },
  { job: recordChangedRecipientsJob, cron: '*/5 * * * *' },
  { job: recordAllRecipientsJob, cron: '13 3 * * *' },
];
