import { reply } from '../../../contract/handlers.ts';
import type { Handlers } from '../../../contract/handlers.ts';
import { etagOf } from '../../../shared/etag.ts';
import { requireCurrency } from '../../../shared/money.ts';
import { Problem } from '../../../shared/problem.ts';
import { orderBody, readAddress } from '../bodies.ts';
import { cancelOrder } from '../changing/cancel-order.ts';
import { updateOrder } from '../changing/update-order.ts';
import type { OrdersDependencies } from '../dependencies.ts';
import { problems } from '../problems.ts';
import { actorOf, visibleTo } from '../reading/order-reader.ts';
import { readAddresses } from './address-store.ts';
import { placeOrder } from './place-order.ts';

/** Placing orders, and changing them. */
export function createOrderOperations(
  dependencies: OrdersDependencies,
): Handlers<'placeOrder' | 'updateOrder' | 'cancelOrder'> {
  return {
    placeOrder: async ({ body }, { tx, id, principal }) => {
      const { locale = 'en', confirmDuplicate = false, lines, shippingMethod, couponCode, expectedTotal } = body;
      const address = readAddress(body.address);
      const order = await placeOrder(
        { ...dependencies, tx },
        {
          ...{
            orderId: id('order'),
            customerId: principal.userId,
            actor: actorOf(principal),
            channel: body.channel,
            locale,
          },
          currency: requireCurrency(body.currency, '/currency'),
          ...{ lines, shippingMethod, couponCode, expectedTotal, address, confirmDuplicate },
          mayConfirm: principal.scopes.has('orders:confirm-duplicate'),
        },
      );
      const headers = { Location: `/api/v1/orders/${order.id}`, ETag: etagOf(order.version) };
      return reply('placeOrder', { status: 201, headers, body: orderBody(order, address) });
    },
    updateOrder: async ({ path, headers, body }, { tx, principal }) => {
      const { lines, shippingMethod, address, overrideReason } = body;
      if (overrideReason !== undefined && !principal.scopes.has('orders:edit-after-window')) {
        throw new Problem(problems['order-override-forbidden']);
      }
      const order = await updateOrder(
        { ...dependencies, tx },
        {
          ...{ ...path, ifMatch: headers['If-Match'], lines, shippingMethod },
          ...{ visible: visibleTo(principal, 'orders:manage'), actor: actorOf(principal) },
          address: address === undefined ? undefined : readAddress(address),
          override: overrideReason === undefined ? undefined : { reason: overrideReason },
        },
      );
      const body200 = orderBody(order, (await readAddresses(tx, [order.id])).get(order.id));
      return reply('updateOrder', { status: 200, headers: { ETag: etagOf(order.version) }, body: body200 });
    },
    cancelOrder: async ({ path }, { tx, principal }) => {
      const order = await cancelOrder(
        { ...dependencies, tx },
        {
          ...path,
          ...{ visible: visibleTo(principal, 'orders:manage'), actor: actorOf(principal) },
        },
      );
      const body200 = orderBody(order, (await readAddresses(tx, [order.id])).get(order.id));
      return reply('cancelOrder', { status: 200, headers: { ETag: etagOf(order.version) }, body: body200 });
    },
  };
}
