import type { UserPrincipal } from '../../contract/caller.ts';
import { reply } from '../../contract/handlers.ts';
import type { Handlers } from '../../contract/handlers.ts';
import { cancelPaymentAttempt } from './attempts/cancel-payment-attempt.ts';
import { getPaymentAttempt } from './attempts/get-payment-attempt.ts';
import { startPaymentAttempt } from './attempts/start-payment-attempt.ts';
import { attemptBody, paymentBody } from './bodies.ts';
import type { Desk, PaymentsDependencies } from './dependencies.ts';
import { getPayment, listPayments } from './get-payment.ts';

type PaymentOperation =
  'listPayments' | 'getPayment' | 'startPaymentAttempt' | 'getPaymentAttempt' | 'cancelPaymentAttempt';

/** Whose payments this caller sees; undefined: everybody's. */
function customerOf({ scopes, userId }: UserPrincipal): string | undefined {
  return scopes.has('payments:manage') ? undefined : userId;
}

/** What customers do with their payments. */
export function createPaymentOperations(dependencies: PaymentsDependencies, desk: Desk): Handlers<PaymentOperation> {
  const { primary } = dependencies;
  return {
    listPayments: async ({ query }, { principal }) => {
      const { subjectId, flagged, limit, cursor } = query;
      const filters = { customerId: customerOf(principal), subjectId, flagged };
      const page = await listPayments(dependencies, { ...filters, limit, cursor });
      return reply('listPayments', { status: 200, body: { ...page, items: page.items.map(paymentBody) } });
    },
    getPayment: async ({ path }, { principal }) => {
      const { paymentId } = path;
      const details = await getPayment(primary, { paymentId, customerId: customerOf(principal) });
      return reply('getPayment', { status: 200, body: paymentBody(details) });
    },
    startPaymentAttempt: async ({ path, body }, { tx, id, principal }) => {
      const attempt = await startPaymentAttempt(
        { ...dependencies, tx },
        {
          paymentId: path.paymentId,
          attemptId: id('payment attempt'),
          customerId: principal.userId,
          methodToken: body.methodToken,
        },
      );
      const headers = { Location: `/api/v1/payments/${attempt.paymentId}/attempts/${attempt.id}` };
      return reply('startPaymentAttempt', { status: 202, headers, body: attemptBody(attempt) });
    },
    getPaymentAttempt: async ({ path }, { principal }) => {
      const { attempt, action } = await getPaymentAttempt(
        { queryable: primary, actions: desk.actions },
        { ...path, customerId: principal.userId },
      );
      return reply('getPaymentAttempt', { status: 200, body: attemptBody(attempt, action) });
    },
    cancelPaymentAttempt: async ({ path }, { tx, principal }) => {
      const attempt = await cancelPaymentAttempt(tx, desk, { ...path, customerId: principal.userId });
      const headers = { Location: `/api/v1/payments/${attempt.paymentId}/attempts/${attempt.id}` };
      return reply('cancelPaymentAttempt', { status: 202, headers, body: attemptBody(attempt) });
    },
  };
}
