import { recordAudit } from '../../../audit/record-audit.ts';
import type { Transaction } from '../../../database/transaction.ts';
import { derivedId } from '../../../shared/id.ts';
import { Problem } from '../../../shared/problem.ts';
import { takeCart } from '../cart/cart-store.ts';
import { holdStock } from '../changing/settle-stock.ts';
import type { OrdersDependencies } from '../dependencies.ts';
import { mailOf } from '../mail/order-mail.ts';
import { locateAddressJob, sendOrderMailJob } from '../jobs.ts';
import { payFreeOrder } from '../paying/record-payment.ts';
import { insertOrderPayment } from '../paying/payment-store.ts';
import { findValidCoupon, redeemCoupon } from '../pricing/coupon-store.ts';
import { quoteOrder } from '../pricing/quote-order.ts';
import type { Wanted } from '../pricing/quote-order.ts';
import { problems } from '../problems.ts';
import { appendPlaced, readClock } from '../stream/event-store.ts';
import type { DiscountTerms, Order, SalesChannel } from '../stream/order.ts';
import type { OrderActor } from '../stream/order-event.ts';
import { insertAddress } from './address-store.ts';
import type { OrderAddress } from './address-store.ts';
import { fingerprintOf } from './fingerprint.ts';
import { duplicateOrder, findIdentical } from './refuse-duplicate.ts';
import { requireValidAddress } from './require-valid-address.ts';
import { requireDifferent } from './require-different.ts';

export interface PlaceOrder {
  readonly orderId: string;
  readonly customerId: string;
  readonly actor: OrderActor;
  readonly currency: string;
  readonly channel: SalesChannel;
  readonly locale: string;
  /** Undefined: those of the customer's cart, which is empty afterwards. */
  readonly lines: readonly Wanted[] | undefined;
  readonly shippingMethod: string;
  readonly couponCode: string | undefined;
  readonly address: OrderAddress;
  /** What the customer was shown; another total is refused. */
  readonly expectedTotal: number | undefined;
  readonly confirmDuplicate: boolean;
  readonly mayConfirm: boolean;
}

type Placing = Pick<OrdersDependencies, 'catalog' | 'exchangeRates' | 'payments' | 'settings' | 'enqueue'>;

/**
 * Places an order: what it says is a copy that no later change of the catalog reaches. Everything in one transaction: the stock it
 * holds, the coupon it uses, the payment it asks for and its number exist if and only if it does. Calls no vendor.
 *
 * @throws Problem 409 `cart-empty`, `variant-twice`, `address-invalid`, `article-unavailable`, `shipping-unavailable`, `coupon-unusable`,
 *   `money-overflow`, `total-changed`, `duplicate-order`, `out-of-stock`; 403 `duplicate-confirmation-forbidden`
 */
export async function placeOrder(
  dependencies: Placing & { readonly tx: Transaction },
  command: PlaceOrder,
): Promise<Order> {
  const { tx, settings } = dependencies;
  const { orderId, customerId, currency, channel, locale, actor } = command;
  requireValidAddress(command.address);
  const wanted = command.lines ?? (await takeCart(tx, { customerId, currency, channel }));
  if (wanted.length === 0) throw new Problem(problems['cart-empty'], { detail: 'There is nothing to order.' });
  requireDifferent(wanted);
  const terms = command.couponCode === undefined ? null : await readTerms(tx, command.couponCode, currency);
  const quote = await quoteOrder(dependencies, tx, {
    ...{ wanted, currency, channel, locale, terms: terms?.terms ?? null, shippingMethod: command.shippingMethod },
    country: command.address.address.country,
    lineId: (variantId) => derivedId('order line', orderId, variantId),
  });
  if (terms !== null && quote.totals.subtotal < terms.minimum) throw unusable('the goods cost too little for it');
  requireExpected(command.expectedTotal, quote.totals.total);
  const fingerprint = fingerprintOf(currency, quote.lines);
  const identical = await findIdentical(tx, { orderId, customerId, fingerprint });
  if (identical !== undefined) await confirm(tx, command, identical);

  await holdStock(dependencies, { orderId, lines: quote.lines });
  if (terms !== null) await redeem(tx, { couponId: terms.terms.couponId, orderId, customerId });
  await insertAddress(tx, { orderId, customerId, ...command.address });
  const now = await readClock(tx);
  const later = (seconds: number): string => new Date(now.getTime() + seconds * 1000).toISOString();
  await dependencies.enqueue(tx, locateAddressJob, { orderId });
  await dependencies.enqueue(tx, sendOrderMailJob, mailOf({ id: orderId, version: 1 }, 'placed'));
  const placed = await appendPlaced(tx, {
    ...{ orderId, actor },
    placed: {
      ...quote,
      ...{ customerId, currency, channel, locale, fingerprint, discountTerms: terms?.terms ?? null },
      placedAt: now.toISOString(),
      editableUntil: later(settings.editSeconds),
      duplicateUntil: later(settings.duplicateSeconds),
      duplicateOf: identical?.id ?? null,
    },
  });
  if (placed.totals.total === 0) return payFreeOrder(dependencies, placed);
  const { paymentId } = await dependencies.payments.requestPayment(tx, {
    ...{ subject: { kind: 'order', id: orderId }, customerId, reference: String(placed.number) },
    amount: { amount: BigInt(placed.totals.total), currency },
    description: `Order ${placed.number}`,
    captureMode: settings.captureMode,
  });
  await insertOrderPayment(tx, { orderId, paymentId, seconds: settings.paymentSeconds });
  return placed;
}

async function readTerms(
  tx: Transaction,
  code: string,
  currency: string,
): Promise<{ readonly terms: DiscountTerms; readonly minimum: number }> {
  const coupon = await findValidCoupon(tx, code);
  if (coupon === undefined) throw unusable('there is none with this code now');
  if (coupon.currency !== null && coupon.currency !== currency) throw unusable(`it is for ${coupon.currency}`);
  const { id: couponId, basisPoints, amount, minimum } = coupon;
  return { terms: { couponId, code: coupon.code, basisPoints, amount }, minimum };
}

async function redeem(tx: Transaction, redemption: Parameters<typeof redeemCoupon>[1]): Promise<void> {
  const outcome = await redeemCoupon(tx, redemption);
  if (outcome === 'used-up') throw unusable('it has been used up');
  if (outcome === 'used-before') throw unusable('you have used it before');
}

function unusable(detail: string): Problem {
  return new Problem(problems['coupon-unusable'], {
    detail: `The coupon cannot be used: ${detail}.`,
    errors: [{ pointer: '/couponCode', detail }],
  });
}

function requireExpected(expected: number | undefined, total: number): void {
  if (expected === undefined || expected === total) return;
  throw new Problem(problems['total-changed'], {
    detail: `It costs ${total} now, not ${expected}. Read the cart again.`,
    errors: [{ pointer: '/expectedTotal', detail: `it is ${total} now` }],
  });
}

/** An identical order is placed once more only by who may, and says so. */
async function confirm(
  tx: Transaction,
  { orderId, confirmDuplicate, mayConfirm }: PlaceOrder,
  identical: { readonly id: string; readonly number: number },
): Promise<void> {
  if (!confirmDuplicate) throw duplicateOrder(identical);
  if (!mayConfirm) throw new Problem(problems['duplicate-confirmation-forbidden']);
  const changes = { duplicateOf: { from: null, to: identical.id } };
  await recordAudit(tx, { action: 'duplicate-order-confirmed', resource: { type: 'order', id: orderId }, changes });
}
