import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Schema } from '../../contract/handlers.ts';
import { convertMoney, readRate } from '../../shared/rate.ts';
import { createOrdersFixture } from './orders.fixture.ts';
import type { OrdersFixture } from './orders.fixture.ts';

let shop: OrdersFixture;
beforeAll(async () => {
  shop = await createOrdersFixture({ environment: { ORDER_BASE_CURRENCY: 'EUR' } });
  const prices = [{ currency: 'USD', amount: 600 }];
  const method = { name: 'Overseas', taxClass: 'zero', active: true, prices };
  await shop.send(shop.staff, 'PUT', '/api/v1/shipping-methods/overseas', method, { 'if-match': '*' });
});
afterAll(() => shop.close());

const inDollars = { currency: 'USD', shippingMethod: 'overseas' };

test('an article is sold in a currency it has no price in, by the rate that is stored', async () => {
  const [buyer, article] = [shop.customer(), await shop.article(9)];
  // No rate is known yet.
  expect(await shop.place(buyer, [[article, 3]], inDollars)).toMatchObject({
    status: 409,
    body: { code: 'article-unavailable' },
  });
  await shop.send(shop.staff, 'POST', '/api/v1/exchange-rate-fetches', {});
  await shop.runEverything();

  const placed = await shop.place(buyer, [[article, 3]], inDollars);
  expect(placed.status).toBe(201);
  const [line] = placed.body.lines;
  const { price, rate } = line?.conversion ?? {};
  expect(price).toEqual({ amount: 4_900, currency: 'EUR' });
  const unit = Number(convertMoney({ amount: 4_900n, currency: 'EUR' }, readRate(rate ?? '') ?? 0n, 'USD').amount);
  expect(line).toMatchObject({ unitPrice: unit, subtotal: 3 * unit });
  expect((await shop.payment(placed.body.id)).due).toEqual({
    amount: BigInt(placed.body.totals.total),
    currency: 'USD',
  });

  const path = '/api/v1/carts/USD/web';
  const lines = [{ variantId: article, quantity: 2 }];
  const cart = await shop.send<Schema<'Cart'>>(buyer, 'PUT', path, { lines }, { 'if-match': '*' });
  expect(cart.body).toMatchObject({
    lines: [{ unitPrice: unit, conversion: line?.conversion }],
    subtotal: { amount: 2 * unit, currency: 'USD' },
  });
  const invoice = await shop.send<{ text: string }>(buyer, 'GET', `/api/v1/orders/${placed.body.id}/invoice`);
  expect(invoice.body.text).toContain(`converted from 49.00 EUR at ${rate}`);
});
