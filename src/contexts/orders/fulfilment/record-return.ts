import type { Transaction } from '../../../database/transaction.ts';
import { moneyText } from '../../../shared/money.ts';
import { Problem } from '../../../shared/problem.ts';
import type { OrdersDependencies } from '../dependencies.ts';
import { sendOrderMailJob } from '../jobs.ts';
import { mailOf } from '../mail/order-mail.ts';
import { findOrderPayment } from '../paying/payment-store.ts';
import { problems } from '../problems.ts';
import { appendEvent } from '../stream/event-store.ts';
import type { LineQuantity, Order } from '../stream/order.ts';
import type { OrderActor } from '../stream/order-event.ts';
import { lockVisible } from '../stream/order-store.ts';
import { stateAfter } from '../stream/transitions.ts';
import { countByLine, isRest, leftOf, takeLeft } from './line-quantities.ts';
import { refundOf } from './refund-of.ts';

export interface RecordReturn {
  readonly returnId: string;
  readonly orderId: string;
  readonly actor: OrderActor;
  /** Undefined: all that was shipped and has not come back. */
  readonly lines: readonly LineQuantity[] | undefined;
  /** Whether it can be sold again: it is put back where it came from. */
  readonly restock: boolean;
}

/**
 * Takes goods back and gives back what was paid for them, each line's with its part of the discount and its tax; shipping is not
 * given back. The refund is made by a job; the order doesn't wait for it.
 *
 * @throws Problem 404; 409 `illegal-order-transition`, `nothing-to-return`, `refund-exceeds-captured`
 */
export async function recordReturn(
  dependencies: Pick<OrdersDependencies, 'catalog' | 'payments' | 'enqueue'> & { readonly tx: Transaction },
  { returnId, orderId, actor, lines, restock }: RecordReturn,
): Promise<Order> {
  const { tx, catalog, enqueue } = dependencies;
  const order = await lockVisible(tx, { orderId, visible: undefined });
  stateAfter(order.state, 'returned');
  const [shipped, returned] = [countByLine(order.shipments), countByLine(order.returns)];
  const left = leftOf(order, ({ id }) => shipped(id) - returned(id));
  const taken = takeLeft(left, lines, problems['nothing-to-return']);
  const refund = taken.reduce((sum, { lineId, quantity }) => {
    const line = order.lines.find(({ id }) => id === lineId);
    return line === undefined ? sum : sum + refundOf(line, returned(lineId), quantity);
  }, 0);
  const type = isRest(left, taken) ? 'returned' : 'partly_returned';
  const after = await appendEvent(tx, order, { type, data: { id: returnId, lines: taken, refund }, actor });
  if (restock) {
    const back = taken.flatMap(({ lineId, quantity }) => {
      const line = order.lines.find(({ id }) => id === lineId);
      return line === undefined ? [] : [{ variantId: line.variantId, quantity }];
    });
    await catalog.returnStock(tx, { orderId, returnId, lines: back, movedBy: actor.id });
  }
  await refundReturn(dependencies, order, { returnId, refund });
  await enqueue(tx, sendOrderMailJob, mailOf(after, 'returned'));
  return after;
}

async function refundReturn(
  { tx, payments }: Pick<OrdersDependencies, 'payments'> & { readonly tx: Transaction },
  { id, currency }: Order,
  { returnId, refund }: { readonly returnId: string; readonly refund: number },
): Promise<void> {
  const payment = await findOrderPayment(tx, id);
  if (payment === undefined || refund === 0) return;
  const amount = { amount: BigInt(refund), currency };
  const asked = { paymentId: payment.paymentId, amount, reason: 'returned', key: `return:${returnId}` };
  const outcome = await payments.requestRefund(tx, asked);
  if (outcome.outcome === 'requested') return;
  throw new Problem(problems['refund-exceeds-captured'], {
    detail: `${moneyText(amount)} ${currency} would be refunded; ${moneyText(outcome.refundable)} can be.`,
  });
}
