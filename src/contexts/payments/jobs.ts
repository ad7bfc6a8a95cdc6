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
export const publishSandboxEventsJob = defineJob<Record<string, never>>('publishSandboxPaymentEvents');
