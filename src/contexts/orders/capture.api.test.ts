import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createOrdersFixture, dependenciesOf } from './orders.fixture.ts';
import type { OrdersFixture } from './orders.fixture.ts';
import { settleOpenOrders } from './paying/settle-open-orders.ts';

let shop: OrdersFixture;
beforeAll(async () => {
  shop = await createOrdersFixture({ environment: { ORDER_CAPTURE: 'manual' } });
});
afterAll(() => shop.close());

test('an order whose money is held does not lapse, and is paid when somebody captures it', async () => {
  const article = await shop.article(3);
  const { id, totals } = (await shop.place(shop.customer(), [[article, 1]])).body;
  await shop.pay(id);
  await shop.sql('update orders.payments set due_at = clock_timestamp() where order_id = $1', [id]);
  await settleOpenOrders(dependenciesOf(shop), { signal: new AbortController().signal });
  expect((await shop.order(id)).state).toBe('pending_payment');
  expect(await shop.stock(article)).toEqual({ onHand: 3, reserved: 1 });

  const { paymentId, held } = await shop.payment(id);
  expect(held).toBe(true);
  const body = { amount: { amount: totals.total, currency: 'EUR' }, releaseRest: true, reason: 'sent' };
  const captured = await shop.send(shop.staff, 'POST', `/api/v1/payments/${paymentId}/captures`, body);
  expect(captured.status).toBeLessThan(300);
  await shop.runEverything();
  expect((await shop.order(id)).state).toBe('paid');
  expect(await shop.stock(article)).toEqual({ onHand: 2, reserved: 0 });
});
