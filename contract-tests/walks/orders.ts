/** Orders and what they need, made through the API. */
import { createProduct, createStockLocation, variant } from './catalog.ts';
import type { Fields } from './changes.ts';
import type { Person, World } from './world.ts';

type Maker = Pick<World, 'call' | 'staff'>;

const address = {
  ...{ recipient: 'Nima from Hafez Street', phone: null, line1: 'Hafez Street 7', line2: null, city: 'Berlin' },
  ...{ region: null, postalCode: '10117', country: 'DE' },
};

const opened = new WeakSet<Maker>();
let made = 0;

/** A way of shipping that costs nothing, and no taxes: once per world. */
async function openShop(world: Maker): Promise<void> {
  if (opened.has(world)) return;
  opened.add(world);
  await writeShippingMethod(world, 'walks');
}

export const shippingMethod = (name: string): Fields => ({
  ...{ name, taxClass: 'zero', active: true, prices: [{ currency: 'EUR', amount: 0 }] },
});

/** @returns its code */
export async function writeShippingMethod({ call, staff }: Maker, code = `walks-${(made += 1)}`): Promise<string> {
  const headers = { 'if-match': '*' };
  await call(staff, 'PUT', `/api/v1/shipping-methods/${code}`, { headers, body: shippingMethod('By hand') });
  return code;
}

/** A variant that costs so much, with a thousand in stock. */
export async function createArticle(world: Maker, amount = 4900): Promise<string> {
  const prices = [{ channel: 'web', price: { amount, currency: 'EUR' }, validFrom: null, validUntil: null }];
  const path = `/api/v1/products/${await createProduct(world)}/variants`;
  const body = { ...variant(), prices };
  const { id: variantId } = await world.call<{ id: string }>(world.staff, 'POST', path, { body });
  const stock = { variantId, locationId: await createStockLocation(world), delta: 1_000, reason: 'received' };
  await world.call(world.staff, 'POST', '/api/v1/stock-adjustments', { body: stock });
  return variantId;
}

/** What `placeOrder` takes: of an article of its own, so that no two are identical. */
export async function placement(world: Maker, amount?: number): Promise<Fields & { lines: readonly Fields[] }> {
  await openShop(world);
  const lines = [{ variantId: await createArticle(world, amount), quantity: 20 }];
  return { currency: 'EUR', channel: 'web', locale: 'en', shippingMethod: 'walks', address, lines };
}

export interface MadeOrder {
  readonly orderId: string;
  readonly variantId: string;
}

/** @param amount for one; what costs nothing is paid at once */
export async function placeOrder(world: Maker, person: Person, amount?: number): Promise<MadeOrder> {
  const body = await placement(world, amount);
  const { id: orderId } = await world.call<{ id: string }>(person, 'POST', '/api/v1/orders', { body });
  return { orderId, variantId: String(body.lines[0]?.['variantId']) };
}

/** Paid, and on its way where wanted. */
export async function placePaidOrder(world: World, shipped = false): Promise<{ readonly orderId: string }> {
  const { orderId } = await placeOrder(world, world.admin, 0);
  if (shipped) await world.call(world.admin, 'POST', `/api/v1/orders/${orderId}/shipments`, { body: {} });
  return { orderId };
}

/** Another quantity of its one article. */
export const quantity = (variantId: string, change: number): Fields => ({
  lines: [{ variantId, quantity: 1 + (change % 900) }],
});

export async function updateOrder(world: World, person: Person, { orderId, variantId }: MadeOrder): Promise<void> {
  const headers = { 'if-match': '*', 'content-type': 'application/merge-patch+json' };
  const body = quantity(variantId, 20 + (made += 1));
  await world.call(person, 'PATCH', `/api/v1/orders/${orderId}`, { headers, body });
}

export const coupon = (): Fields => ({
  ...{ code: `WALK-${(made += 1)}`, basisPoints: 1000, amount: null, currency: null, minimum: 0 },
  ...{ oncePerCustomer: false, maxUses: null, validFrom: null, validUntil: null },
});

export async function createCoupon({ call, staff }: Maker): Promise<string> {
  return (await call<{ id: string }>(staff, 'POST', '/api/v1/coupons', { body: coupon() })).id;
}
