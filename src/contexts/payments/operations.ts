import type { ContextHandlers } from '../../contract/handlers.ts';
import type { Desk, PaymentsDependencies } from './dependencies.ts';
import { createWebhookOperations } from './inbox/webhook-operations.ts';
import { createMovementOperations } from './movements/movement-operations.ts';
import { createPaymentOperations } from './payment-operations.ts';
import { createSupervisionOperations } from './supervision-operations.ts';
import { createSandboxOperations } from './sandbox/sandbox-operations.ts';

export function createPaymentsOperations(dependencies: PaymentsDependencies, desk: Desk) {
  return {
    ...createPaymentOperations(dependencies, desk),
    ...createMovementOperations(desk),
    ...createWebhookOperations(dependencies),
    ...createSupervisionOperations(dependencies),
    ...createSandboxOperations(dependencies),
  } satisfies ContextHandlers<'payments'>;
}
