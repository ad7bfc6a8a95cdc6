import { defineJob } from '../../jobs/queue.ts';
import type { CodePurpose } from './one-time-code.ts';

// Who is known is judged in these jobs and never in the request that enqueues them: the request does the same work, and
// takes the same time, for everybody.

export const sendRegistrationMailJob = defineJob<{ readonly registrationId: string }>('sendRegistrationMail');

export const sendEmailChangeMailJob = defineJob<{ readonly requestId: string }>('sendEmailChangeMail');

export const sendPasswordResetMailJob = defineJob<{ readonly requestId: string; readonly email: string }>(
  'sendPasswordResetMail',
);

export const sendOneTimeCodeJob = defineJob<{
  readonly requestId: string;
  readonly purpose: CodePurpose;
  readonly phone: string;
}>('sendOneTimeCode');

export const deleteExpiredIdentityJob = defineJob<Record<string, never>>('deleteExpiredIdentity');

export const rotateSigningKeysJob = defineJob<Record<string, never>>('rotateSigningKeys');

export const eraseDueAccountsJob = defineJob<Record<string, never>>('eraseDueAccounts');

export const collectDataExportJob = defineJob<{ readonly exportId: string }>('collectDataExport');
