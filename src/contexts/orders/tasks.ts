import { bindTask } from '../../jobs/queue.ts';
import type { ScheduledJob, TaskBinding } from '../../jobs/queue.ts';
import type { OrdersDependencies } from './dependencies.ts';
import { eraseCustomer } from './erase-customer.ts';
import { eraseCustomerJob, locateAddressJob, recordPaymentJob, sendOrderMailJob, settleOpenOrdersJob } from './jobs.ts';
import { sendOrderMail } from './mail/send-order-mail.ts';
import { locateAddress } from './placing/locate-address.ts';
import { recordPayment } from './paying/record-payment.ts';
import { settleOpenOrders } from './paying/settle-open-orders.ts';

export function createOrdersTasks(dependencies: OrdersDependencies): TaskBinding[] {
  return [
    bindTask(sendOrderMailJob, (mail) => sendOrderMail(dependencies, mail)),
    bindTask(recordPaymentJob, async ({ subject }) => {
      if (subject.kind === 'order') await recordPayment(dependencies, { orderId: subject.id });
    }),
    bindTask(locateAddressJob, (payload, run) => locateAddress(dependencies, payload, run)),
    bindTask(settleOpenOrdersJob, (_, run) => settleOpenOrders(dependencies, run)),
    bindTask(eraseCustomerJob, (payload) => eraseCustomer(dependencies, payload)),
  ];
}

export const ordersSchedule: readonly ScheduledJob[] = [{ job: settleOpenOrdersJob, cron: '* * * * *' }];
