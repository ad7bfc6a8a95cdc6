import { cipherOf } from '../../database/sealed-column.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';
import type { Money } from '../../shared/money.ts';
import type { ContextModule } from '../context.ts';
import type { Desk, PaymentsDependencies } from './dependencies.ts';
import { readPayments } from './get-payment.ts';
import type { PaymentDetails } from './get-payment.ts';
import { requestRefund } from './movements/request-refund.ts';
import type { RefundAnswer } from './movements/request-refund.ts';
import { createPaymentsOperations } from './operations.ts';
import { createPersonalData } from './personal-data.ts';
import { problems } from './problems.ts';
import { attemptInFlight, cancelPayment, changeAmountDue, requestPayment } from './request-payment.ts';
import type { RequestPayment } from './request-payment.ts';
import { attemptActions, sealedColumns } from './sealed-columns.ts';
import { createPaymentsTasks, paymentsSchedule } from './tasks.ts';

export type { PaymentsDependencies } from './dependencies.ts';
export type { PaymentDetails } from './get-payment.ts';
export type { RefundAnswer } from './movements/request-refund.ts';
export { silentObserver } from './observer.ts';
export type { PaymentsObserver } from './observer.ts';
export { stateOf } from './payment.ts';
export type { Payment, PaymentFlag, PaymentState, Subject } from './payment.ts';
export type { RequestPayment } from './request-payment.ts';
export { createSandboxBooks } from './sandbox/sandbox-books.ts';

export interface RequestRefund {
  readonly paymentId: string;
  readonly amount: Money;
  readonly reason: string;
  /** Asked for again under this key, it is the same refund. */
  readonly key: string;
}

/**
 * What other contexts may ask of payments. All of it in the caller's transaction, whose end keeps or undoes it, and under the
 * lock of the payment; no provider is called in it, jobs do that. What comes of it is told by events.
 */
export interface PaymentQuestions {
  /** Lets a customer pay. A subject has one payment: asked again, it is the same. */
  requestPayment(tx: Transaction, command: RequestPayment): Promise<{ readonly paymentId: string }>;
  /** Changes what is due: more opens the rest, less has the difference given back. `in-flight`: nothing is changed. */
  changeAmountDue(tx: Transaction, paymentId: string, amount: Money): Promise<'changed' | 'in-flight'>;
  /** Stops new attempts, lets go of what is held and gives back what was taken. Safe to repeat. */
  cancelPayment(tx: Transaction, paymentId: string, reason: string): Promise<void>;
  /** Reserves what is to be given back, and has the provider asked. */
  requestRefund(tx: Transaction, command: RequestRefund): Promise<RefundAnswer>;
  /** Whether an attempt may still be paid by itself; none starts beside the caller's transaction. */
  attemptInFlight(tx: Transaction, paymentId: string): Promise<boolean>;
  /** The payments of these subjects, in no order. */
  readPayments(queryable: Queryable, subjectIds: readonly string[]): Promise<readonly PaymentDetails[]>;
}

export type Payments = ContextModule & PaymentQuestions;

/** What customers owe, every try to pay it, and the books about it. */
export function createPayments(dependencies: PaymentsDependencies): Payments {
  const { clock, publish, enqueue, providers, observer, keyRing } = dependencies;
  const actions = cipherOf(keyRing, attemptActions);
  const desk: Desk = { clock, publish, enqueue, providers, observer, actions };
  return {
    name: 'payments',
    operations: createPaymentsOperations(dependencies, desk),
    tasks: createPaymentsTasks(dependencies, desk),
    schedule: paymentsSchedule,
    subscriptions: {},
    personalData: createPersonalData(dependencies.worker),
    problems,
    constraints: { attempts_one_in_flight: problems['attempt-in-flight'] },
    sealedColumns,

    requestPayment: (tx, command) => requestPayment(tx, desk, command),
    changeAmountDue: (tx, paymentId, amount) => changeAmountDue(tx, desk, paymentId, amount),
    cancelPayment: (tx, paymentId, reason) => cancelPayment(tx, desk, paymentId, reason),
    requestRefund: (tx, { paymentId, amount, reason, key }) =>
      requestRefund(tx, desk, { paymentId, amount: amount.amount, reason, key, purpose: 'asked' }),
    attemptInFlight,
    readPayments,
  };
}
