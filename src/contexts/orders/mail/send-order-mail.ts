import { moneyText } from '../../../shared/money.ts';
import type { OrdersDependencies } from '../dependencies.ts';
import { findOrder } from '../stream/order-store.ts';
import type { Order } from '../stream/order.ts';
import type { MailKind, OrderMail } from './order-mail.ts';

const texts: Readonly<Record<MailKind, (order: Order) => { readonly subject: string; readonly text: string }>> = {
  placed: (order) => ({
    subject: `We have your order ${order.number}`,
    text: `Thank you. This is what you ordered:\n\n${listOf(order)}\n\nWe hold it for you until it is paid.`,
  }),
  changed: (order) => ({
    subject: `Your order ${order.number} was changed`,
    text: `This is what it is now:\n\n${listOf(order)}`,
  }),
  paid: (order) => ({
    subject: `Your order ${order.number} is paid`,
    text: `We have your payment of ${totalOf(order)} and make your order ready.`,
  }),
  shipped: (order) => ({
    subject: `Your order ${order.number} is on its way`,
    text: trackingOf(order),
  }),
  returned: (order) => ({
    subject: `We have your return of order ${order.number}`,
    text: `We give back ${amountOf(order, order.returns.at(-1)?.refund ?? 0)} to where it was paid from.`,
  }),
  cancelled: (order) => ({
    subject: `Your order ${order.number} is cancelled`,
    text:
      order.cancellation?.reason === 'unpaid'
        ? 'It was not paid in time. Nothing is owed.'
        : 'If you have paid already, you get it back to where it was paid from.',
  }),
};

/**
 * Tells the customer what happened to an order: one mail for each event, however often this runs. Who has no verified address gets
 * none.
 */
export async function sendOrderMail(
  { worker, notifications, readContacts }: Pick<OrdersDependencies, 'worker' | 'notifications' | 'readContacts'>,
  { orderId, version, kind }: OrderMail,
): Promise<void> {
  await worker.transaction(async (tx) => {
    const order = await findOrder(tx, orderId);
    if (order === undefined) throw new Error(`There is no order ${orderId} to write about.`);
    const [contact] = await readContacts(tx, [order.customerId]);
    if (contact?.email == null) return;
    const { number, customerId: userId } = order;
    const values = [
      { name: 'number', type: 'integer', value: number },
      { name: 'total', type: 'string', value: totalOf(order) },
    ] as const;
    await notifications.queueMessages(tx, [
      {
        ...{ dedupeKey: `order:${orderId}:${kind}:${version}`, channel: 'email', class: 'transactional', userId },
        ...{ address: contact.email, wording: { key: `orders.${kind}`, values }, groupId: orderId },
        ...texts[kind](order),
      },
    ]);
  });
}

function listOf(order: Order): string {
  const lines = order.lines.map(
    ({ quantity, name, sku, total }) => `${quantity} × ${name} (${sku}): ${amountOf(order, total)}`,
  );
  const shipping = `${order.shipping.name}: ${amountOf(order, order.shipping.price + order.shipping.tax)}`;
  return [...lines, shipping, `Total: ${totalOf(order)}`].join('\n');
}

function trackingOf({ shipments }: Order): string {
  const { carrier, trackingCode } = shipments.at(-1) ?? { carrier: null, trackingCode: null };
  if (trackingCode === null) return 'It will be with you soon.';
  return `Its code${carrier === null ? '' : ` at ${carrier}`} is ${trackingCode}.`;
}

function totalOf(order: Order): string {
  return amountOf(order, order.totals.total);
}

function amountOf({ currency }: Order, amount: number): string {
  return `${moneyText({ amount: BigInt(amount), currency })} ${currency}`;
}
