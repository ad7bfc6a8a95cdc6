import { defineJob } from '../../jobs/queue.ts';
import type { OrderMail } from './mail/order-mail.ts';

export const sendOrderMailJob = defineJob<OrderMail>('sendOrderMail');
/** Runs after an address was written. */
export const locateAddressJob = defineJob<{ readonly orderId: string }>('locateOrderAddress');
/** Runs for whatever payments tell of a payment. */
export const recordPaymentJob = defineJob<{ readonly subject: { readonly kind: string; readonly id: string } }>(
  'recordOrderPayment',
);
export const settleOpenOrdersJob = defineJob<Record<string, never>>('settleOpenOrders');
export const eraseCustomerJob = defineJob<{ readonly userId: string }>('eraseCustomer');
