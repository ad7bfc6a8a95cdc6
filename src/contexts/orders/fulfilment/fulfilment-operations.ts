import { reply } from '../../../contract/handlers.ts';
import type { Handlers, Schema } from '../../../contract/handlers.ts';
import type { Transaction } from '../../../database/transaction.ts';
import { etagOf } from '../../../shared/etag.ts';
import { orderBody } from '../bodies.ts';
import type { OrdersDependencies } from '../dependencies.ts';
import { readAddresses } from '../placing/address-store.ts';
import { actorOf } from '../reading/order-reader.ts';
import type { Order } from '../stream/order.ts';
import { recordDelivery } from './record-delivery.ts';
import { recordReturn } from './record-return.ts';
import { recordShipment } from './record-shipment.ts';

/** How goods get to the customer, and back. */
export function createFulfilmentOperations(
  dependencies: OrdersDependencies,
): Handlers<'recordShipment' | 'recordDelivery' | 'recordReturn'> {
  return {
    recordShipment: async ({ path, body }, { tx, id, principal, auditChanges }) => {
      const { lines, carrier = null, trackingCode = null } = body;
      const command = {
        ...path,

        actor: actorOf(principal),
        lines,
        carrier,
        trackingCode,
      };
      const order = await recordShipment({ ...dependencies, tx }, { ...command, shipmentId: id('shipment') });
      auditChanges({ state: { from: null, to: order.state } });
      return reply('recordShipment', { status: 200, ...(await answer(tx, order)) });
    },
    recordDelivery: async ({ path }, { tx, principal, auditChanges }) => {
      const order = await recordDelivery(tx, { ...path, actor: actorOf(principal) });
      auditChanges({ state: { from: 'fulfilled', to: order.state } });
      return reply('recordDelivery', { status: 200, ...(await answer(tx, order)) });
    },
    recordReturn: async ({ path, body }, { tx, id, principal, auditChanges }) => {
      const { lines, restock } = body;
      const command = { ...path, actor: actorOf(principal), lines, restock };
      const order = await recordReturn({ ...dependencies, tx }, { ...command, returnId: id('return') });
      auditChanges({ refund: { from: null, to: order.returns.at(-1)?.refund } });
      return reply('recordReturn', { status: 200, ...(await answer(tx, order)) });
    },
  };
}

async function answer(
  tx: Transaction,
  order: Order,
): Promise<{ readonly headers: { readonly ETag: string }; readonly body: Schema<'Order'> }> {
  const address = (await readAddresses(tx, [order.id])).get(order.id);
  return { headers: { ETag: etagOf(order.version) }, body: orderBody(order, address) };
}
