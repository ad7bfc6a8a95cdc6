import { defineJob } from '../../jobs/queue.ts';

interface AttemptPayload {
  readonly attemptId: string;
}
interface MovementPayload {
  readonly movementId: string;
}

/** Asks the provider to begin. */
export const sendAttemptJob = defineJob<AttemptPayload>('sendPaymentAttempt');
/** Asks the provider what became of it. */
export const checkAttemptJob = defineJob<AttemptPayload>('checkPaymentAttempt');
export const sendMovementJob = defineJob<MovementPayload>('sendPaymentMovement');
export const checkMovementJob = defineJob<MovementPayload>('checkPaymentMovement');
export const applyMessageJob = defineJob<{ readonly messageId: string }>('applyPaymentMessage');
/** Of a day, `2026-11-20`; what a clock enqueues has none, and means yesterday. */
export const reconcilePaymentsJob = defineJob<{ readonly day: string }>('reconcilePayments');
export const reconcileYesterdayJob = defineJob<Record<string, never>>('reconcileYesterdaysPayments');
export const checkExpiredJob = defineJob<Record<string, never>>('checkExpiredAuthorisations');
export const deleteOldMessagesJob = defineJob<Record<string, never>>('deleteOldPaymentMessages');
export const publishSandboxEventsJob = defineJob<Record<string, never>>('publishSandboxPaymentEvents');
