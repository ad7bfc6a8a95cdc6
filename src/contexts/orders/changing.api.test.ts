import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Schema } from '../../contract/handlers.ts';
import { auditOf } from '../../testing/orders.ts';
import { address, createOrdersFixture } from './orders.fixture.ts';
import type { Answer, Customer, OrdersFixture } from './orders.fixture.ts';

let shop: OrdersFixture;
let who: Customer;
beforeAll(async () => {
  // A clock of the application that is off by a day decides nothing.
  shop = await createOrdersFixture({ clock: { now: () => new Date(Date.now() - 86_400_000) } });
});
afterAll(() => shop.close());

type Order = Schema<'Order'>;

async function placed(stock: number, quantity: number): Promise<{ readonly article: string; readonly order: Order }> {
  who = shop.customer();
  const article = await shop.article(stock);
  const answer = await shop.place(who, [[article, quantity]]);
  expect(answer.status).toBe(201);
  return { article, order: answer.body };
}

const change = (by: Customer, { id }: Order, body: object, tag = '*'): Promise<Answer<Order>> =>
  shop.send(by, 'PATCH', `/api/v1/orders/${id}`, body, { 'if-match': tag });

const wanted = (...lines: readonly (readonly [string, number])[]): object => ({
  lines: lines.map(([variantId, quantity]) => ({ variantId, quantity })),
});

const payment = ({ id }: Order) => shop.payment(id);

describe('a change', () => {
  test('moves lines, stock, totals and what is due in one commit', async () => {
    const { article, order } = await placed(10, 2);
    const other = await shop.article(3);
    const { status, body, etag } = await change(who, order, wanted([article, 5], [other, 1]), '"1"');
    expect({ status, etag }).toEqual({ status: 200, etag: '"2"' });
    expect(body).toMatchObject({
      version: 2,
      totals: { subtotal: 29_400, total: 35_569 },
      lines: [{ quantity: 5 }, { quantity: 1 }],
    });
    expect(body.lines[0]?.id).toBe(order.lines[0]?.id);
    expect(await shop.stock(article)).toMatchObject({ reserved: 5 });
    expect(await shop.stock(other)).toMatchObject({ reserved: 1 });
    expect((await payment(order)).due.amount).toBe(35_569n);
    expect(await shop.order(order.id)).toEqual(body);
  });

  test('that finds too little changes nothing', async () => {
    const { article, order } = await placed(3, 2);
    const refused = await change(who, order, wanted([article, 4]));
    expect(refused.body).toMatchObject({ code: 'out-of-stock' });
    expect(await shop.stock(article)).toMatchObject({ reserved: 2 });
    expect(await shop.order(order.id)).toEqual(order);
    expect((await payment(order)).due.amount).toBe(BigInt(order.totals.total));
  });

  test('by a tag that is stale is refused; of two with one tag one succeeds', async () => {
    const { article, order } = await placed(10, 1);
    const both = await Promise.all([2, 3].map((quantity) => change(who, order, wanted([article, quantity]), '"1"')));
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 412]);
    expect(await shop.sql('select 1 from orders.order_events where order_id = $1', [order.id])).toHaveLength(2);
  });

  test('of nothing keeps the version', async () => {
    const { article, order } = await placed(10, 1);
    expect((await change(who, order, wanted([article, 1]))).body).toEqual(order);
  });

  test('of the address is no change of what is bought', async () => {
    const { order } = await placed(10, 1);
    const { body } = await change(who, order, { address: { ...address, line1: 'Somewhere else 2' } });
    expect(body).toMatchObject({ version: 2, totals: order.totals, address: { line1: 'Somewhere else 2' } });
    expect(await shop.sql(`select 1 from orders.order_events where data::text like '%Somewhere%'`)).toEqual([]);
  });

  test('into the same as another order is refused', async () => {
    const { article, order } = await placed(10, 1);
    await shop.place(who, [[article, 2]]);
    expect((await change(who, order, wanted([article, 2]))).body.code).toBe('duplicate-order');
  });

  test('keeps the prices of what was bought, and buys new articles as offered', async () => {
    const { article, order } = await placed(10, 1);
    const prices = [{ channel: 'web', price: { amount: 9900, currency: 'EUR' }, validFrom: null, validUntil: null }];
    await shop.send(shop.staff, 'PATCH', `/api/v1/variants/${article}`, { prices }, { 'if-match': '*' });
    expect((await change(who, order, wanted([article, 2]))).body.lines).toMatchObject([
      { unitPrice: 4900, subtotal: 9800 },
    ]);
  });
});

describe('the time in which an order can be changed', () => {
  // The deadline is moved instead of the clock: it is the database's clock that decides.
  test('ends at its very moment, not before', async () => {
    const { article, order } = await placed(10, 1);
    await shop.age(order.id, -1.5);
    expect((await change(who, order, wanted([article, 2]))).status).toBe(200);
    await shop.age(order.id, 0);
    const late = await change(who, order, wanted([article, 3]));
    expect(late).toMatchObject({ status: 409, body: { code: 'order-edit-window-closed' } });
    expect(late.body.detail).toContain(order.editableUntil);
    expect(await shop.stock(article)).toMatchObject({ reserved: 2 });
  });

  test('is judged after the wait for the lock', async () => {
    const { article, order } = await placed(10, 1);
    const statuses: Promise<Answer<Order>>[] = [];
    await shop.portico.owner.transaction(async (tx) => {
      await tx.query({ name: '', text: 'select from orders.orders where id = $1 for update' }, [order.id]);
      statuses.push(change(who, order, wanted([article, 2])));
      await shop.sql(`select 1`);
      // The edit waits for this transaction, and began before the deadline that is written now.
      for (let waiting = 0; waiting === 0;) {
        const rows = await shop.sql<{ n: number }>(
          `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
        );
        waiting = rows[0]?.n ?? 0;
      }
      await tx.query({ name: '', text: 'update orders.orders set editable_until = clock_timestamp() where id = $1' }, [
        order.id,
      ]);
    });
    expect(await statuses[0]).toMatchObject({ status: 409, body: { code: 'order-edit-window-closed' } });
  });

  test('is passed by who may, with a reason that is audited', async () => {
    const { article, order } = await placed(10, 1);
    await shop.age(order.id, 60);
    const reason = { overrideReason: 'The customer called.' };
    expect(await change(who, order, { ...wanted([article, 2]), ...reason })).toMatchObject({
      ...{ status: 403, body: { code: 'order-override-forbidden' } },
    });
    expect((await change(shop.staff, order, wanted([article, 2]))).body.code).toBe('order-edit-window-closed');
    expect((await change(shop.staff, order, { ...wanted([article, 2]), ...reason })).status).toBe(200);
    expect(await auditOf(shop.portico.owner, order.id)).toMatchObject([
      {
        changes: { reason: { to: 'The customer called.' }, lines: { from: [{ quantity: 1 }], to: [{ quantity: 2 }] } },
      },
    ]);
  });
});

describe('an order that is paid', () => {
  test('and costs less now gives the difference back, and its stock', async () => {
    const { article, order } = await placed(10, 3);
    await shop.pay(order.id);
    expect(await shop.stock(article)).toEqual({ onHand: 7, reserved: 0 });
    const { body } = await change(who, order, wanted([article, 1]));
    expect(body).toMatchObject({ state: 'paid', totals: { total: 6414 } });
    expect(await shop.stock(article)).toEqual({ onHand: 9, reserved: 0 });
    await shop.runEverything();
    expect((await payment(order)).refunded.amount).toBe(BigInt(order.totals.total - 6414));
  });

  test('and costs more now waits for the rest, and then has all', async () => {
    const { article, order } = await placed(10, 1);
    await shop.pay(order.id);
    const { body } = await change(who, order, wanted([article, 4]));
    expect(body.state).toBe('pending_payment');
    expect(await shop.stock(article)).toEqual({ onHand: 9, reserved: 3 });
    await shop.pay(order.id);
    expect((await shop.order(order.id)).state).toBe('paid');
    expect(await shop.stock(article)).toEqual({ onHand: 6, reserved: 0 });
  });

  test('and swaps articles of one price has the new one at once', async () => {
    const { article, order } = await placed(10, 1);
    const other = await shop.article(1);
    await shop.pay(order.id);
    expect((await change(who, order, wanted([other, 1]))).body.state).toBe('paid');
    expect([await shop.stock(article), await shop.stock(other)]).toEqual([
      { onHand: 10, reserved: 0 },
      { onHand: 0, reserved: 0 },
    ]);
  });
});

describe('cancelling', () => {
  const cancel = (by: Customer, { id }: Order): Promise<Answer<Order>> =>
    shop.send(by, 'POST', `/api/v1/orders/${id}/cancel`);

  test('gives stock back once, however often it is asked for', async () => {
    const { article, order } = await placed(5, 5);
    const answers = await Promise.all([cancel(who, order), cancel(who, order), cancel(shop.staff, order)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    for (const { body } of answers) expect(body).toEqual(answers[0].body);
    expect(await shop.stock(article)).toEqual({ onHand: 5, reserved: 0 });
    expect(await shop.sql('select type from orders.order_events where order_id = $1', [order.id])).toHaveLength(2);
  });

  test('what is paid gives back the goods and the money', async () => {
    const { article, order } = await placed(5, 2);
    await shop.pay(order.id);
    expect((await cancel(who, order)).body.state).toBe('cancelled');
    await shop.runEverything();
    expect(await shop.stock(article)).toEqual({ onHand: 5, reserved: 0 });
    expect((await payment(order)).refunded.amount).toBe(BigInt(order.totals.total));
  });

  test('what has been shipped is refused', async () => {
    const { order } = await placed(5, 2);
    await shop.pay(order.id);
    await shop.send(shop.staff, 'POST', `/api/v1/orders/${order.id}/shipments`, {});
    const refused = await cancel(who, order);
    expect(refused).toMatchObject({ status: 409, body: { code: 'illegal-order-transition' } });
    expect(refused.body.detail).toContain('delivered');
  });
});
