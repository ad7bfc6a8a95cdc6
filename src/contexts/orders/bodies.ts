import { createHash } from 'node:crypto';
import { etagOf } from '../../shared/etag.ts';
import { moneyBody } from '../../shared/money.ts';
import { tidyAddress } from '../../shared/postal-address.ts';
import type { CartKey } from './cart/cart-store.ts';
import type { PricedCart } from './cart/get-cart.ts';
import { countByLine } from './fulfilment/line-quantities.ts';
import type { OrderAddress } from './placing/address-store.ts';
import type { PricedOffer } from './pricing/read-prices.ts';
import type { OrderView } from './reading/get-order.ts';
import type { Order } from './stream/order.ts';
import type { OrderEvent } from './stream/order-event.ts';

// How orders look on the wire.

/** In its one spelling. */
export function readAddress({
  recipient,
  phone,
  ...address
}: Pick<OrderAddress, 'recipient' | 'phone'> & OrderAddress['address']): OrderAddress {
  return { recipient, phone, address: tidyAddress(address) };
}

export function addressBody(known: OrderAddress | null | undefined) {
  return known == null ? null : { recipient: known.recipient, phone: known.phone, ...known.address };
}

/** Of what is in it and what it costs, but not of its language. */
export function cartTag({ version, lines }: PricedCart): string {
  const priced = JSON.stringify(lines.map(({ variantId, offer }) => [variantId, String(offer?.price)]));
  return etagOf(`${version}-${createHash('sha256').update(priced).digest('hex').slice(0, 16)}`);
}

export function cartBody({ lines, subtotal }: PricedCart, { currency, channel }: CartKey) {
  return {
    currency,
    channel,
    lines: lines.map(({ variantId, quantity, offer }) => ({
      ...{ variantId, quantity, available: offer !== undefined },
      ...(offer === undefined ? {} : offerBody(offer)),
    })),
    subtotal: moneyBody({ amount: subtotal, currency }),
  };
}

function offerBody({ sku, name, price, conversion }: PricedOffer) {
  return { sku, name, unitPrice: Number(price), ...(conversion === undefined ? {} : { conversion }) };
}

export function linesBody({ lines, shipments, returns }: Order) {
  const [shipped, returned] = [countByLine(shipments), countByLine(returns)];
  return lines.map(({ taxClass: _, options, ...line }) => ({
    ...line,
    options: Object.entries(options).map(([key, value]) => ({ key, value })),
    shipped: shipped(line.id),
    returned: returned(line.id),
  }));
}

export function orderBody(order: Order, address: OrderAddress | null | undefined) {
  const { id, number, customerId, state, version, currency, channel, locale, totals } = order;
  const { method, name, price, taxBasisPoints, tax } = order.shipping;
  const { placedAt, editableUntil, paidAt, deliveredAt, duplicateOf, cancellation } = order;
  return {
    ...{ id, number, customerId, state, version, currency, locale, totals },
    channel: channel,
    lines: linesBody(order),
    shipping: { method, name, price, taxBasisPoints, tax },
    couponCode: order.discountTerms?.code ?? null,
    address: addressBody(address),
    ...{ placedAt, editableUntil, paidAt, deliveredAt, duplicateOf, cancellation },
    shipments: order.shipments.map((shipment) => ({ ...shipment, lines: [...shipment.lines] })),
    returns: order.returns.map((back) => ({ ...back, lines: [...back.lines] })),
  };
}

export function summaryBody({ order, address, payment }: OrderView, expand: readonly string[]) {
  const { id, number, customerId, state, version, placedAt, editableUntil, currency, totals } = order;
  return {
    ...{ id, number, customerId, state, version, placedAt, editableUntil },
    total: { amount: totals.total, currency },
    ...(expand.includes('lines') ? { lines: linesBody(order) } : {}),
    ...(address === undefined ? {} : { address: addressBody(address), location: address?.located ?? null }),
    ...(payment === undefined ? {} : { payment: payment === null ? null : paymentBody(payment) }),
  };
}

function paymentBody({ paymentId, captured, refunded }: NonNullable<OrderView['payment']>) {
  return { paymentId, captured: moneyBody(captured), refunded: moneyBody(refunded) };
}

/** @param currency the order's */
export function eventBody({ id, version, type, at, actor, data }: OrderEvent, currency: string) {
  const lines = 'lines' in data ? data.lines : [];
  return {
    ...{ id, version, type, at, actorType: actor.type, actorId: actor.id },
    total: 'totals' in data ? { amount: data.totals.total, currency } : null,
    lines: lines.map((line) => ({ lineId: 'lineId' in line ? line.lineId : line.id, quantity: line.quantity })),
  };
}
