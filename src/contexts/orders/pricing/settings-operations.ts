import { reply } from '../../../contract/handlers.ts';
import type { Handlers, Schema } from '../../../contract/handlers.ts';
import { pageOf } from '../../../shared/cursor.ts';
import { etagOf } from '../../../shared/etag.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import type { OrdersDependencies } from '../dependencies.ts';
import { createCoupon } from './create-coupon.ts';
import { findCoupon, listCouponRows } from './coupon-store.ts';
import type { Coupon } from './coupon-store.ts';
import { findShippingMethod, listShippingMethods } from './shipping-store.ts';
import type { ShippingMethod } from './shipping-store.ts';
import { listTaxRates } from './tax-rate-store.ts';
import type { TaxRate } from './tax-rate-store.ts';
import { updateCoupon } from './update-coupon.ts';
import { updateShippingMethod } from './update-shipping-method.ts';
import { updateTaxRates } from './update-tax-rates.ts';

type SettingsOperation =
  | 'getTaxRates'
  | 'updateTaxRates'
  | 'getShippingMethods'
  | 'getShippingMethod'
  | 'updateShippingMethod'
  | 'listCoupons'
  | 'createCoupon'
  | 'getCoupon'
  | 'updateCoupon';

/** What totals are made of beside prices. */
export function createSettingsOperations({ primary, cursors, clock }: OrdersDependencies): Handlers<SettingsOperation> {
  return {
    getTaxRates: async () => reply('getTaxRates', { status: 200, body: ratesBody(await listTaxRates(primary)) }),
    updateTaxRates: async ({ body }, { tx, auditChanges }) => {
      const { before, after } = await updateTaxRates(tx, body);
      auditChanges({ rates: { from: before, to: after } });
      return reply('updateTaxRates', { status: 200, body: ratesBody(after) });
    },
    getShippingMethods: async () => {
      const methods = (await listShippingMethods(primary)).map(methodBody);
      return reply('getShippingMethods', { status: 200, body: { methods } });
    },
    getShippingMethod: async ({ path }) => {
      const method = await findShippingMethod(primary, path.shippingMethodCode);
      if (method === undefined) throw notFound();
      const headers = { ETag: etagOf(method.version) };
      return reply('getShippingMethod', { status: 200, headers, body: methodBody(method) });
    },
    updateShippingMethod: async ({ path, headers, body }, { tx, auditChanges }) => {
      const command = { ...body, code: path.shippingMethodCode, ifMatch: headers['If-Match'] };
      const { before, after } = await updateShippingMethod(tx, command);
      auditChanges({ method: { from: before ?? null, to: after } });
      return reply('updateShippingMethod', {
        status: 200,
        headers: { ETag: etagOf(after.version) },
        body: methodBody(after),
      });
    },
    listCoupons: async ({ query: { limit, cursor } }) => {
      const scope = { operation: 'listCoupons' };
      const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
      const rows = await listCouponRows(primary, { after, limit: limit + 1 });
      const page = pageOf(rows, limit, ({ sortKey, id }) => cursors.encode(scope, { key: sortKey, id }));
      return reply('listCoupons', { status: 200, body: { ...page, items: page.items.map(couponBody) } });
    },
    createCoupon: async ({ body }, { tx, id }) => {
      const coupon = await createCoupon(tx, {
        ...body,
        ...{ id: id('coupon'), createdAt: clock.now() },
        ...{ validFrom: moment(body.validFrom), validUntil: moment(body.validUntil) },
      });
      const headers = { Location: `/api/v1/coupons/${coupon.id}`, ETag: etagOf(coupon.version) };
      return reply('createCoupon', { status: 201, headers, body: couponBody(coupon) });
    },
    getCoupon: async ({ path }) => {
      const coupon = await findCoupon(primary, path.couponId);
      if (coupon === undefined) throw notFound();
      return reply('getCoupon', { status: 200, headers: { ETag: etagOf(coupon.version) }, body: couponBody(coupon) });
    },
    updateCoupon: async ({ path, headers, body }, { tx, auditChanges }) => {
      const { maxUses, validFrom, validUntil } = body;
      const { before, after } = await updateCoupon(tx, {
        ...{ couponId: path.couponId, ifMatch: headers['If-Match'], maxUses },
        validFrom: validFrom === undefined ? undefined : moment(validFrom),
        validUntil: validUntil === undefined ? undefined : moment(validUntil),
      });
      auditChanges({
        maxUses: { from: before.maxUses, to: after.maxUses },
        validFrom: { from: before.validFrom, to: after.validFrom },
        validUntil: { from: before.validUntil, to: after.validUntil },
      });
      return reply('updateCoupon', { status: 200, headers: { ETag: etagOf(after.version) }, body: couponBody(after) });
    },
  };
}

function ratesBody(rates: readonly TaxRate[]): Schema<'TaxRates'> {
  return { rates: rates.map((rate) => ({ ...rate })) };
}

function methodBody({ code, name, taxClass, active, prices }: ShippingMethod): Schema<'ShippingMethod'> {
  return { code, name, taxClass, active, prices: [...prices] };
}

function couponBody({ version: _, validFrom, validUntil, createdAt, ...coupon }: Coupon): Schema<'Coupon'> {
  const { id, code, basisPoints, amount, currency, minimum, oncePerCustomer, maxUses, uses } = coupon;
  return {
    ...{ id, code, basisPoints, amount, currency, minimum, oncePerCustomer, maxUses, uses },
    validFrom: validFrom?.toISOString() ?? null,
    validUntil: validUntil?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}

function moment(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
