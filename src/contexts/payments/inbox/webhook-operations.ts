import { reply } from '../../../contract/handlers.ts';
import type { Handlers } from '../../../contract/handlers.ts';
import type { PaymentsDependencies } from '../dependencies.ts';
import { recordPaymentMessage } from './record-payment-message.ts';

/** What payment providers call. Each gets the answer its program takes for success. */
export function createWebhookOperations(dependencies: PaymentsDependencies): Handlers<'recordSandboxPaymentEvent'> {
  return {
    recordSandboxPaymentEvent: async ({ headers }, { rawBody }) => {
      const pushed = { kind: '', signature: headers['Sandbox-Signature'], raw: rawBody };
      await recordPaymentMessage(dependencies, 'sandbox', pushed);
      return reply('recordSandboxPaymentEvent', { status: 200, body: { received: true } });
    },
  };
}
