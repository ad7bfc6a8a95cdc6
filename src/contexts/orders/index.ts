import type { ContextModule } from '../context.ts';
import type { OrdersDependencies } from './dependencies.ts';
import { eraseCustomerJob, recordPaymentJob } from './jobs.ts';
import { createOrdersOperations } from './operations.ts';
import { createPersonalData } from './personal-data.ts';
import { problems } from './problems.ts';
import { compareOrders } from './stream/compare-orders.ts';
import type { OrderComparison } from './stream/compare-orders.ts';
import { createOrdersTasks, ordersSchedule } from './tasks.ts';

export type { OrderPayment, OrderPayments, OrdersDependencies, OrderSettings } from './dependencies.ts';
export { measured } from './measured.ts';
export { orderWordings } from './mail/wordings.ts';

/** What the command line may ask of orders. */
export interface Orders extends ContextModule {
  /** Makes every order anew from its events and tells which differ from what is shown; writes those when asked to. */
  compareOrders(options: { readonly repair: boolean }): Promise<OrderComparison>;
}

/** What was bought: carts, orders and what became of them. */
export function createOrders(dependencies: OrdersDependencies): Orders {
  return {
    name: 'orders',
    operations: createOrdersOperations(dependencies),
    tasks: createOrdersTasks(dependencies),
    schedule: ordersSchedule,
    subscriptions: { 'payment.captured': [recordPaymentJob], 'user.deleted': [eraseCustomerJob] },
    personalData: createPersonalData(dependencies),
    problems,
    // What a use case has judged already, and another transaction has made untrue meanwhile.
    constraints: {
      coupons_code: problems['coupon-code-taken'],
      orders_not_twice: problems['duplicate-order'],
    },
    compareOrders: (options) => compareOrders(dependencies, options),
  };
}
