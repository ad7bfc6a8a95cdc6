import { reply } from '../../../contract/handlers.ts';
import type { Handlers } from '../../../contract/handlers.ts';
import type { PaymentsDependencies } from '../dependencies.ts';
import { answerPaymentCheck } from './answer-payment-check.ts';
import { recordPaymentMessage } from './record-payment-message.ts';

/** What payment providers call. Each gets the answer its program takes for success. */
export function createWebhookOperations(
  dependencies: PaymentsDependencies,
): Handlers<'recordSandboxPaymentEvent' | 'recordStripeEvent' | 'recordCloudpaymentsNotification'> {
  return {
    recordSandboxPaymentEvent: async ({ headers }, { rawBody }) => {
      const pushed = { kind: '', signature: headers['Sandbox-Signature'], raw: rawBody };
      await recordPaymentMessage(dependencies, 'sandbox', pushed);
      return reply('recordSandboxPaymentEvent', { status: 200, body: { received: true } });
    },
    recordStripeEvent: async ({ headers }, { rawBody }) => {
      const pushed = { kind: '', signature: headers['Stripe-Signature'], raw: rawBody };
      await recordPaymentMessage(dependencies, 'stripe', pushed);
      return reply('recordStripeEvent', { status: 200, body: { received: true } });
    },
    recordCloudpaymentsNotification: async ({ path: { notificationKind: kind }, headers }, { rawBody }) => {
      const pushed = { kind, signature: headers['Content-HMAC'], raw: rawBody };
      const { body } =
        kind === 'check'
          ? await answerPaymentCheck(dependencies, 'cloudpayments', pushed)
          : await recordPaymentMessage(dependencies, 'cloudpayments', pushed);
      return reply('recordCloudpaymentsNotification', { status: 200, body: { code: Number(body?.['code']) } });
    },
  };
}
