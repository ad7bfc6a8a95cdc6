/** What the walks need to know of each operation on orders. */
import type { OperationId } from '../../src/contract/handlers.ts';
import { createVariant } from './catalog.ts';
import type { Change, Fields, Unseen } from './changes.ts';
import type { Foreign } from './foreign.ts';
import * as orders from './orders.ts';
import type { World } from './world.ts';

const staffShare = { shared: 'the staff of one shop look after its orders together' };
const ownCart = { own: 'it acts on the cart of the token' };
const ofSomebody: Foreign = {
  absent: async (world) => ({
    as: world.stranger,
    path: { orderId: (await orders.placeOrder(world, world.user)).orderId },
  }),
};

export const foreignOrders = {
  getCart: ownCart,
  updateCart: ownCart,
  listOrders: {
    leftOut: async (world) => ({
      ...{ as: world.stranger, owner: world.user },
      secret: (await orders.placeOrder(world, world.user)).orderId,
    }),
  },
  placeOrder: { own: 'it orders for the account of the token' },
  getOrderChanges: staffShare,
  getOrder: ofSomebody,
  updateOrder: ofSomebody,
  cancelOrder: ofSomebody,
  listOrderEvents: ofSomebody,
  getOrderInvoice: ofSomebody,
  recordShipment: staffShare,
  recordDelivery: staffShare,
  recordReturn: staffShare,
  getTaxRates: staffShare,
  updateTaxRates: staffShare,
  getShippingMethods: { common: 'a shop shows its ways of shipping to everybody who buys' },
  getShippingMethod: { common: 'a shop shows its ways of shipping to everybody who buys' },
  updateShippingMethod: staffShare,
  listCoupons: staffShare,
  createCoupon: staffShare,
  getCoupon: staffShare,
  updateCoupon: staffShare,
} satisfies Partial<Record<OperationId, Foreign>>;

const merge = { 'if-match': '*', 'content-type': 'application/merge-patch+json' };
let changes = 0;
/** The article of the order that was made last. */
let article = '';
const changeable = async (world: World): Promise<{ readonly orderId: string }> => {
  const { orderId, variantId } = await orders.placeOrder(world, world.admin);
  article = variantId;
  return { orderId };
};

export const repeatedOrders = {
  placeOrder: { body: (world: World) => orders.placement(world) },
  updateOrder: { path: changeable, headers: merge, body: () => orders.quantity(article, 1) },
  cancelOrder: { path: changeable },
  recordShipment: {
    path: (world: World) => orders.placePaidOrder(world),
    body: () => ({ trackingCode: `code ${(changes += 1)}` }),
  },
  recordDelivery: { path: (world: World) => orders.placePaidOrder(world, true) },
  recordReturn: { path: (world: World) => orders.placePaidOrder(world, true), body: () => ({ restock: true }) },
  createCoupon: { body: () => orders.coupon() },
  updateCoupon: {
    path: async (world: World) => ({ couponId: await orders.createCoupon(world) }),
    headers: merge,
    body: () => ({ maxUses: (changes += 1) }),
  },
};

const any = { headers: { 'if-match': '*' } };

export const auditedOrders = {
  recordShipment: async (world: World) => ({ path: await orders.placePaidOrder(world), body: {} }),
  recordDelivery: async (world: World) => ({ path: await orders.placePaidOrder(world, true) }),
  recordReturn: async (world: World) => ({ path: await orders.placePaidOrder(world, true), body: { restock: false } }),
  updateTaxRates: async () => ({ body: { rates: [{ country: 'FR', taxClass: 'zero', basisPoints: 0 }] } }),
  updateShippingMethod: async (world: World) => ({
    ...any,
    path: { shippingMethodCode: await orders.writeShippingMethod(world) },
    body: orders.shippingMethod('Audited'),
  }),
  createCoupon: async () => ({ body: orders.coupon() }),
  updateCoupon: async (world: World) => ({
    headers: merge,
    path: { couponId: await orders.createCoupon(world) },
    body: { maxUses: 7 },
  }),
};

/** The order whose events are listed. */
let listed: orders.MadeOrder | undefined;

export const listedOrders = {
  listOrders: {
    as: ({ user }: World) => user,
    filter: 'state=pending_payment',
    add: (world: World) => orders.placeOrder(world, world.user),
  },
  listOrderEvents: {
    as: ({ user }: World) => user,
    path: async (world: World) => {
      listed = await orders.placeOrder(world, world.user);
      return { orderId: listed.orderId };
    },
    add: async (world: World) => {
      if (listed !== undefined) await orders.updateOrder(world, world.user, listed);
    },
  },
  listCoupons: { as: ({ staff }: World) => staff, add: orders.createCoupon },
};

export const taggedOrders = {
  updateCart: {
    as: ({ user }: World) => user,
    path: async (world: World) => {
      article = await createVariant(world);
      return { currency: 'EUR', salesChannel: 'web' };
    },
    read: 'getCart' as const,
    body: (change: number) => orders.quantity(article, change),
  },
  updateOrder: {
    as: ({ admin }: World) => admin,
    path: changeable,
    read: 'getOrder' as const,
    body: (change: number) => orders.quantity(article, 20 + change),
  },
  updateShippingMethod: {
    as: ({ staff }: World) => staff,
    path: async (world: World) => ({ shippingMethodCode: await orders.writeShippingMethod(world) }),
    read: 'getShippingMethod' as const,
    body: (change: number) => orders.shippingMethod(`Number ${change}`),
  },
  updateCoupon: {
    as: ({ staff }: World) => staff,
    path: async (world: World) => ({ couponId: await orders.createCoupon(world) }),
    read: 'getCoupon' as const,
    body: (change: number) => ({ maxUses: 1 + change }),
  },
};

export const orderChanges: Readonly<Partial<Record<OperationId, Change | Unseen>>> = {
  updateCart: {
    as: ({ user }) => user,
    path: async (world) => {
      article = await createVariant(world);
      return { currency: 'EUR', salesChannel: 'app' };
    },
    bodies: (_, attempt) => orders.quantity(article, attempt),
  },
  placeOrder: {
    as: ({ user }) => user,
    bodies: (world) => orders.placement(world),
    expected: ({ shippingMethod, ...body }) => ({
      ...body,
      shipping: { method: shippingMethod },
      state: 'pending_payment',
    }),
  },
  updateOrder: {
    as: ({ admin }) => admin,
    path: changeable,
    bodies: (_, attempt) => orders.quantity(article, attempt),
  },
  updateTaxRates: {
    as: ({ staff }) => staff,
    bodies: (_, attempt): Fields => ({ rates: [{ country: 'IT', taxClass: 'reduced', basisPoints: 400 + attempt }] }),
  },
  updateShippingMethod: {
    as: ({ staff }) => staff,
    path: async (world) => ({ shippingMethodCode: await orders.writeShippingMethod(world) }),
    bodies: (_, attempt) => ({
      ...{ name: `Read back ${attempt}`, taxClass: attempt === 0 ? 'reduced' : 'exempt', active: attempt === 0 },
      prices: [{ currency: 'JPY', amount: attempt }],
    }),
  },
  createCoupon: { as: ({ staff }) => staff, bodies: () => orders.coupon() },
  updateCoupon: {
    as: ({ staff }) => staff,
    path: async (world) => ({ couponId: await orders.createCoupon(world) }),
    bodies: (_, attempt) => ({
      ...{ maxUses: attempt === 0 ? 5 : null, validFrom: `202${attempt}-01-01T00:00:00.000Z` },
      validUntil: '2999-01-01T00:00:00.000Z',
    }),
  },
};
