import { bindTask } from '../../jobs/queue.ts';
import type { ScheduledJob, TaskBinding } from '../../jobs/queue.ts';
import { collectDataExport } from './collect-data-export.ts';
import { deleteExpiredIdentity } from './delete-expired-identity.ts';
import type { IdentityParts } from './dependencies.ts';
import { eraseDueAccounts } from './erase-due-accounts.ts';
import {
  collectDataExportJob,
  deleteExpiredIdentityJob,
  eraseDueAccountsJob,
  rotateSigningKeysJob,
  sendEmailChangeMailJob,
  sendOneTimeCodeJob,
  sendPasswordResetMailJob,
  sendRegistrationMailJob,
} from './jobs.ts';
import { rotateSigningKeys } from './rotate-signing-keys.ts';
import { sendEmailChangeMail } from './send-email-change-mail.ts';
import { sendOneTimeCode } from './send-one-time-code.ts';
import { sendPasswordResetMail } from './send-password-reset-mail.ts';
import { sendRegistrationMail } from './send-registration-mail.ts';

/** Seconds a key signs before the schedule replaces it. */
const KEY_AGE = 30 * 86_400;

/** What somebody waits for in front of a screen runs in the lane that bulk work can't delay. */
export function createIdentityTasks(parts: IdentityParts): readonly TaskBinding[] {
  return [
    bindTask(sendRegistrationMailJob, (payload) => sendRegistrationMail(parts, payload), 'otp'),
    bindTask(sendEmailChangeMailJob, (payload) => sendEmailChangeMail(parts, payload), 'otp'),
    bindTask(sendPasswordResetMailJob, (payload) => sendPasswordResetMail(parts, payload), 'otp'),
    bindTask(sendOneTimeCodeJob, (payload) => sendOneTimeCode(parts, payload), 'otp'),
    bindTask(deleteExpiredIdentityJob, (_payload, { signal }) => deleteExpiredIdentity(parts, { signal })),
    bindTask(collectDataExportJob, ({ exportId }, { signal }) => collectDataExport(parts, { exportId, signal })),
    bindTask(eraseDueAccountsJob, (_payload, { signal }) => eraseDueAccounts(parts, { signal })),
    bindTask(rotateSigningKeysJob, async () => {
      await rotateSigningKeys(parts, { olderThan: KEY_AGE });
    }),
  ];
}

export const identitySchedule: readonly ScheduledJob[] = [
  { job: deleteExpiredIdentityJob, cron: '17 * * * *' },
  { job: eraseDueAccountsJob, cron: '*/10 * * * *' },
  { job: rotateSigningKeysJob, cron: '42 3 * * *' },
];
