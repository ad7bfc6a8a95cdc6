import { reply } from '../../../contract/handlers.ts';
import type { Handlers } from '../../../contract/handlers.ts';
import { etagOf } from '../../../shared/etag.ts';
import { eventBody, orderBody, summaryBody } from '../bodies.ts';
import type { OrdersDependencies } from '../dependencies.ts';
import { readAddresses } from '../placing/address-store.ts';
import { expansions, getOrder } from './get-order.ts';
import { getOrderChanges } from './get-order-changes.ts';
import { listOrderEvents } from './list-order-events.ts';
import { listOrders } from './list-orders.ts';
import { visibleTo } from './order-reader.ts';
import { renderInvoice } from './render-invoice.ts';

type ReadingOperation = 'listOrders' | 'getOrder' | 'listOrderEvents' | 'getOrderInvoice' | 'getOrderChanges';

/** The page prints and looks like paper; it loads nothing and runs nothing. */
const INVOICE_POLICY = "default-src 'none'; frame-ancestors 'none'";
const CHANGES = 100;

/** Orders as they are, and what happened to them. */
export function createReadingOperations(dependencies: OrdersDependencies): Handlers<ReadingOperation> {
  const { primary } = dependencies;
  return {
    listOrders: async ({ query }, { principal }) => {
      const { expand = [], number, customerId, state, placedFrom, placedUntil, limit, cursor } = query;
      const page = await listOrders(dependencies, {
        ...{ number, customerId, state, placedFrom, placedUntil, limit, cursor },
        expand: expansions.filter((name) => expand.includes(name)),
        visible: visibleTo(principal, 'orders:read-all'),
      });
      const items = page.items.map((view) => summaryBody(view, expand));
      return reply('listOrders', { status: 200, body: { ...page, items } });
    },
    getOrder: async ({ path }, { principal }) => {
      const order = await getOrder(dependencies, { ...path, visible: visibleTo(principal, 'orders:read-all') });
      const body = orderBody(order, (await readAddresses(primary, [order.id])).get(order.id));
      return reply('getOrder', { status: 200, headers: { ETag: etagOf(order.version) }, body });
    },
    listOrderEvents: async ({ path, query: { limit, cursor } }, { principal }) => {
      const visible = visibleTo(principal, 'orders:read-all');
      const { currency } = await getOrder(dependencies, { ...path, visible });
      const page = await listOrderEvents(dependencies, { ...path, limit, cursor });
      const items = page.items.map((event) => eventBody(event, currency));
      return reply('listOrderEvents', { status: 200, body: { ...page, items } });
    },
    getOrderInvoice: async ({ path }, { principal }) => {
      const order = await getOrder(dependencies, { ...path, visible: visibleTo(principal, 'orders:read-all') });
      const address = (await readAddresses(primary, [order.id])).get(order.id) ?? null;
      const headers = { 'Content-Security-Policy': INVOICE_POLICY };
      return reply('getOrderInvoice', { status: 200, headers, body: renderInvoice(order, address) });
    },
    getOrderChanges: async ({ query: { after, limit = CHANGES } }) => {
      const { items, next } = await getOrderChanges(dependencies, { after, limit });
      const body = { items: items.map(({ at, ...change }) => ({ ...change, at: at.toISOString() })), next };
      return reply('getOrderChanges', { status: 200, body });
    },
  };
}
