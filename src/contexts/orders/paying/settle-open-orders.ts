import { statement } from '../../../database/transaction.ts';
import type { Transaction } from '../../../database/transaction.ts';
import type { JobRun } from '../../../jobs/queue.ts';
import { undoOrder } from '../changing/undo-order.ts';
import type { OrdersDependencies } from '../dependencies.ts';
import { sendOrderMailJob } from '../jobs.ts';
import { mailOf } from '../mail/order-mail.ts';
import { appendEvent } from '../stream/event-store.ts';
import { SYSTEM } from '../stream/order-event.ts';
import { lockOrder } from '../stream/order-store.ts';
import { findOrderPayment, insertOrderPayment, listDueOrders, stopWaiting } from './payment-store.ts';
import { recordPayment } from './record-payment.ts';

/** Orders a run looks at; the next minute brings the rest. */
const BATCH = 200;
/** For so long more is waited for a payment that is on its way. */
const PATIENCE = 300;

type Settling = Pick<OrdersDependencies, 'worker' | 'catalog' | 'payments' | 'settings' | 'enqueue'>;

const reviewedStatement = statement<{ id: string }>(
  'orders.list_reviewed',
  `select id from orders.orders where state = 'payment_review' order by placed_at, id limit $1`,
);

/**
 * Cancels what nobody paid in time, and tries once more to complete what was paid for without goods. An order whose payment is on its
 * way, or whose outcome nobody knows, keeps its stock and waits. Safe to repeat and to die after any order.
 *
 * @throws AggregateError of those that failed, after all others were looked at: one order holds up no other
 */
export async function settleOpenOrders(dependencies: Settling, { signal }: Pick<JobRun, 'signal'>): Promise<void> {
  const { worker } = dependencies;
  const failures: unknown[] = [];
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    signal.throwIfAborted();
    try {
      await work();
    } catch (error) {
      failures.push(error);
    }
  };
  for (const orderId of await listDueOrders(worker, BATCH)) {
    await attempt(() => worker.transaction((tx) => lapseOrder({ ...dependencies, tx }, orderId)));
  }
  for (const { id } of await worker.query(reviewedStatement, [BATCH])) {
    await attempt(() => recordPayment(dependencies, { orderId: id }));
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} orders could not be settled.`);
}

async function lapseOrder(
  dependencies: Omit<Settling, 'worker'> & { readonly tx: Transaction },
  orderId: string,
): Promise<void> {
  const { tx, payments, catalog, enqueue } = dependencies;
  const order = await lockOrder(tx, orderId);
  // Judged by the clock after the wait for the lock: an edit may have given it more time.
  const payment = await findOrderPayment(tx, orderId);
  if (order === undefined || payment?.due !== true) return;
  if (order.state !== 'pending_payment') return stopWaiting(tx, orderId);
  const [asked] = await payments.readPayments(tx, [orderId]);
  const held = asked?.held === true || (await payments.attemptInFlight(tx, payment.paymentId));
  // Paid, held for somebody to capture, or on the way: its event is to come.
  if (held || (asked !== undefined && asked.kept >= BigInt(order.totals.total))) {
    await catalog.extendStock(tx, { orderId, seconds: PATIENCE + 60 });
    return insertOrderPayment(tx, { orderId, paymentId: payment.paymentId, seconds: PATIENCE });
  }
  const lapsed = await appendEvent(tx, order, { type: 'lapsed', data: {}, actor: SYSTEM });
  await undoOrder(dependencies, order, { reason: 'order-lapsed', movedBy: null });
  await enqueue(tx, sendOrderMailJob, mailOf(lapsed, 'cancelled'));
}
