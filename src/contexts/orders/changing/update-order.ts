import { isDeepStrictEqual } from 'node:util';
import { recordAudit } from '../../../audit/record-audit.ts';
import { statement } from '../../../database/transaction.ts';
import type { Transaction } from '../../../database/transaction.ts';
import { requireMatch } from '../../../shared/etag.ts';
import { derivedId } from '../../../shared/id.ts';
import { Problem } from '../../../shared/problem.ts';
import type { OrdersDependencies } from '../dependencies.ts';
import { locateAddressJob, sendOrderMailJob } from '../jobs.ts';
import { mailOf } from '../mail/order-mail.ts';
import { findOrderPayment, insertOrderPayment } from '../paying/payment-store.ts';
import { payFreeOrder, takeStock } from '../paying/record-payment.ts';
import { changeAddress, readAddresses } from '../placing/address-store.ts';
import type { OrderAddress } from '../placing/address-store.ts';
import { fingerprintOf } from '../placing/fingerprint.ts';
import { duplicateOrder, findIdentical } from '../placing/refuse-duplicate.ts';
import { requireDifferent } from '../placing/require-different.ts';
import { requireValidAddress } from '../placing/require-valid-address.ts';
import { quoteOrder } from '../pricing/quote-order.ts';
import type { Quote, Wanted } from '../pricing/quote-order.ts';
import { ELSEWHERE } from '../pricing/tax-rate-store.ts';
import { problems } from '../problems.ts';
import { appendEvent } from '../stream/event-store.ts';
import type { Order } from '../stream/order.ts';
import type { OrderActor } from '../stream/order-event.ts';
import { lockVisible } from '../stream/order-store.ts';
import type { Visible } from '../stream/order-store.ts';
import { stateAfter } from '../stream/transitions.ts';
import { settleStock } from './settle-stock.ts';

export interface UpdateOrder {
  readonly orderId: string;
  readonly visible: Visible;
  readonly ifMatch: string | undefined;
  readonly actor: OrderActor;
  /** Undefined leaves it as it is. */
  readonly lines: readonly Wanted[] | undefined;
  readonly shippingMethod: string | undefined;
  readonly address: OrderAddress | undefined;
  /** Given by who may change orders whose time is over, and says why. */
  readonly override: { readonly reason: string } | undefined;
}

type Changing = Pick<OrdersDependencies, 'catalog' | 'exchangeRates' | 'payments' | 'settings' | 'enqueue'> & {
  readonly tx: Transaction;
};

/**
 * Changes what is ordered: lines, stock, totals and what is due in one commit. Lines that stay keep their price; new ones are bought
 * as offered now. Of what was paid already, a smaller total gives the difference back and a larger one asks for the rest.
 *
 * @throws Problem 404, 412, 428; 409 `order-edit-window-closed`, `illegal-order-transition`, `payment-in-flight`, `duplicate-order`, and what
 *   placing refuses
 */
export async function updateOrder(dependencies: Changing, command: UpdateOrder): Promise<Order> {
  const { tx } = dependencies;
  const { actor, address, override } = command;
  const order = await lockVisible(tx, command);
  requireMatch(command.ifMatch, order.version);
  const late = await isLate(tx, order);
  if (late && override === undefined) throw windowClosed(order);
  stateAfter(order.state, 'changed');
  if (address !== undefined) requireValidAddress(address);
  const quote = await requote(dependencies, order, command);
  const fingerprint = fingerprintOf(order.currency, quote.lines);
  const unchanged = isDeepStrictEqual({ ...quote, fingerprint }, pick(order));
  if (unchanged && address === undefined) return order;
  if (fingerprint !== order.fingerprint) await refuseDuplicate(tx, order, fingerprint);

  const { total } = quote.totals;
  if (total !== order.totals.total) await changeDue(dependencies, order, total);
  let sold = await settleStock(dependencies, { order, lines: quote.lines, movedBy: actor.id });
  const reopened = order.state === 'paid' && total > order.totals.total;
  if (order.state === 'paid' && !reopened) sold = await takeAll(dependencies, { ...quote, id: order.id, sold });
  const data = { ...quote, fingerprint, sold };
  let changed = await appendEvent(tx, order, { type: reopened ? 'reopened' : 'changed', data, actor });
  if (address !== undefined) {
    await changeAddress(tx, order.id, address);
    await dependencies.enqueue(tx, locateAddressJob, { orderId: order.id });
  }
  if (late) await auditOverride(tx, { before: order, after: changed, reason: override?.reason ?? '' });
  await dependencies.enqueue(tx, sendOrderMailJob, mailOf(changed, 'changed'));
  if (changed.state === 'pending_payment' && total === 0) changed = await payFreeOrder(dependencies, changed);
  return changed;
}

// Read after the lock is held, and not at the start of the transaction: an edit that waited must not see the time before its wait.
const lateStatement = statement<{ late: boolean }>(
  'orders.is_late',
  'select clock_timestamp() >= editable_until as late from orders.orders where id = $1',
);

async function isLate(tx: Transaction, { id }: Order): Promise<boolean> {
  const [row] = await tx.query(lateStatement, [id]);
  if (row === undefined) throw new Error(`The order ${id} is gone.`);
  return row.late;
}

function windowClosed({ editableUntil }: Order): Problem {
  return new Problem(problems['order-edit-window-closed'], {
    detail: `It could be changed until ${editableUntil}.`,
    errors: [{ pointer: '', detail: `could be changed until ${editableUntil}` }],
  });
}

async function requote(
  dependencies: Changing,
  order: Order,
  { lines, shippingMethod, address }: UpdateOrder,
): Promise<Quote> {
  const { tx } = dependencies;
  if (lines !== undefined) requireDifferent(lines);
  const stored = (await readAddresses(tx, [order.id])).get(order.id);
  return quoteOrder(dependencies, tx, {
    wanted: lines ?? order.lines,
    shippingMethod: shippingMethod ?? order.shipping.method,
    country: (address ?? stored)?.address.country ?? ELSEWHERE,
    ...{
      currency: order.currency,
      channel: order.channel,
      locale: order.locale,
      terms: order.discountTerms,
      kept: order,
    },
    lineId: (variantId) => derivedId('order line', order.id, variantId),
  });
}

function pick({ lines, shipping, totals, fingerprint }: Order): Quote & Pick<Order, 'fingerprint'> {
  return { lines, shipping, totals, fingerprint };
}

async function refuseDuplicate(tx: Transaction, { id, customerId }: Order, fingerprint: string): Promise<void> {
  const identical = await findIdentical(tx, { orderId: id, customerId, fingerprint });
  if (identical !== undefined) throw duplicateOrder(identical);
}

/** What is due is changed before anything else is: an attempt that is on its way refuses it. */
async function changeDue({ tx, payments, settings }: Changing, order: Order, total: number): Promise<void> {
  const amount = { amount: BigInt(total), currency: order.currency };
  const payment = await findOrderPayment(tx, order.id);
  if (payment === undefined) {
    const subject = { kind: 'order', id: order.id } as const;
    const { customerId, number } = order;
    const { captureMode } = settings;
    const request = {
      subject,
      customerId,
      reference: String(number),
      amount,
      description: `Order ${number}`,
      captureMode,
    };
    const { paymentId } = await payments.requestPayment(tx, request);
    return insertOrderPayment(tx, { orderId: order.id, paymentId, seconds: settings.paymentSeconds });
  }
  const { paymentId } = payment;
  if ((await payments.changeAmountDue(tx, paymentId, amount)) === 'in-flight') {
    throw new Problem(problems['payment-in-flight'], { detail: 'Try again when the payment has ended.' });
  }
  const waits = order.state === 'pending_payment' || total > order.totals.total;
  if (waits) await insertOrderPayment(tx, { orderId: order.id, paymentId, seconds: settings.paymentSeconds });
}

/** Of an order that stays paid, what is new is sold at once. */
async function takeAll(dependencies: Changing, order: Pick<Order, 'id' | 'lines' | 'sold'>): Promise<Order['sold']> {
  if (!(await takeStock(dependencies, order))) throw new Error(`What was just held for the order ${order.id} is gone.`);
  return Object.fromEntries(order.lines.map(({ variantId, quantity }) => [variantId, quantity]));
}

async function auditOverride(
  tx: Transaction,
  { before, after, reason }: { readonly before: Order; readonly after: Order; readonly reason: string },
): Promise<void> {
  const changes = {
    reason: { from: null, to: reason },
    version: { from: before.version, to: after.version },
    total: { from: before.totals.total, to: after.totals.total },
    lines: { from: before.lines.map(briefly), to: after.lines.map(briefly) },
  };
  await recordAudit(tx, { action: 'order-changed-late', resource: { type: 'order', id: after.id }, changes });
}

function briefly({ sku, quantity }: Order['lines'][number]): object {
  return { sku, quantity };
}
