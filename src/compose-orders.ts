import type { Config } from './config.ts';
import { createOrders } from './contexts/orders/index.ts';
import type { Orders, OrderPayments, OrdersDependencies } from './contexts/orders/index.ts';
import type { PaymentQuestions } from './contexts/payments/index.ts';

type Parts = Omit<OrdersDependencies, 'payments' | 'settings'> & { readonly payments: PaymentQuestions };

/** Orders, with payments as they need to know them. */
export function composeOrders({ orders: settings }: Config, { payments, ...parts }: Parts): Orders {
  return createOrders({ ...parts, settings, payments: paymentsOfOrders(payments) });
}

/** Of a payment, orders need to know what came and what went. */
export function paymentsOfOrders(payments: PaymentQuestions): OrderPayments {
  return {
    ...payments,
    async readPayments(queryable, subjectIds) {
      const found = await payments.readPayments(queryable, subjectIds);
      return found.map(({ payment }) => ({
        paymentId: payment.id,
        subjectId: payment.subject.id,
        due: { amount: payment.amountDue, currency: payment.currency },
        captured: { amount: payment.captured, currency: payment.currency },
        held: payment.authorised > payment.captured,
        kept: payment.captured - payment.refunded - payment.refundPending,
        refunded: { amount: payment.refunded, currency: payment.currency },
      }));
    },
  };
}
