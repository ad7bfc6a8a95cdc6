import { bindTask } from '../../jobs/queue.ts';
import type { ScheduledJob, TaskBinding } from '../../jobs/queue.ts';
import { checkAttempt } from './attempts/check-attempt.ts';
import { checkExpiredAuthorisations } from './attempts/check-expired-authorisations.ts';
import { sendAttempt } from './attempts/send-attempt.ts';
import type { Desk, PaymentsDependencies } from './dependencies.ts';
import { applyMessage } from './inbox/apply-message.ts';
import { deleteOldPaymentMessages } from './inbox/delete-old-messages.ts';
import {
  applyMessageJob,
  checkExpiredJob,
  deleteOldMessagesJob,
  reconcilePaymentsJob,
  reconcileYesterdayJob,
  checkAttemptJob,
  checkMovementJob,
  publishSandboxEventsJob,
  sendAttemptJob,
  sendMovementJob,
} from './jobs.ts';
import { checkMovement } from './movements/check-movement.ts';
import { sendMovement } from './movements/send-movement.ts';
import { reconcilePayments } from './reconciliation/reconcile-payments.ts';
import { publishSandboxEvents } from './sandbox/publish-sandbox-events.ts';

export function createPaymentsTasks(dependencies: PaymentsDependencies, desk: Desk): TaskBinding[] {
  const calling = { ...dependencies, ...desk };
  return [
    bindTask(sendAttemptJob, (payload, run) => sendAttempt(calling, payload, run)),
    bindTask(checkAttemptJob, (payload, run) => checkAttempt(calling, payload, run)),
    bindTask(sendMovementJob, (payload, run) => sendMovement(calling, payload, run)),
    bindTask(checkMovementJob, (payload, run) => checkMovement(calling, payload, run)),
    bindTask(applyMessageJob, (payload) => applyMessage(calling, payload)),
    bindTask(reconcilePaymentsJob, (payload, run) => reconcilePayments(dependencies, payload, run)),
    bindTask(reconcileYesterdayJob, (_payload, run) => reconcilePayments(dependencies, { day: null }, run)),
    bindTask(checkExpiredJob, () => checkExpiredAuthorisations(dependencies)),
    bindTask(deleteOldMessagesJob, (_payload, { signal }) => deleteOldPaymentMessages(dependencies, signal)),
    bindTask(publishSandboxEventsJob, (_payload, { signal }) => publishSandboxEvents(dependencies, signal)),
  ];
}

export const paymentsSchedule: readonly ScheduledJob[] = [
  // Messages whose job was lost are sent within the minute.
  { job: publishSandboxEventsJob, cron: '* * * * *' },
  { job: checkExpiredJob, cron: '7 * * * *' },
  { job: reconcileYesterdayJob, cron: '20 3 * * *' },
  { job: deleteOldMessagesJob, cron: '50 3 * * *' },
];
