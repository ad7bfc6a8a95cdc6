import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Schema } from '../../contract/handlers.ts';
import { createOrdersFixture } from './orders.fixture.ts';
import type { Customer, OrdersFixture } from './orders.fixture.ts';
import { recordPaymentJob, settleOpenOrdersJob } from './jobs.ts';
import { enqueue } from '../../jobs/enqueue.ts';
import { lapseStock } from '../../testing/orders.ts';
import { dependenciesOf } from './orders.fixture.ts';
import { settleOpenOrders } from './paying/settle-open-orders.ts';

let shop: OrdersFixture;
let who: Customer;
beforeAll(async () => {
  shop = await createOrdersFixture();
});
afterAll(() => shop.close());

type Order = Schema<'Order'>;

async function placed(stock: number, quantity: number): Promise<{ readonly article: string; readonly order: Order }> {
  who = shop.customer();
  const article = await shop.article(stock);
  return { article, order: (await shop.place(who, [[article, quantity]])).body };
}

/** As if it had been placed longer ago than payments are waited for. */
async function lapse({ id }: Order): Promise<void> {
  await shop.sql('update orders.payments set due_at = clock_timestamp() where order_id = $1', [id]);
  await lapseStock(shop.portico.owner, id);
}

async function settle(): Promise<void> {
  await shop.portico.database.transaction((tx) => enqueue(tx, settleOpenOrdersJob, {}));
  await shop.runEverything();
}

const types = async ({ id }: Order): Promise<readonly string[]> =>
  (
    await shop.sql<{ type: string }>('select type from orders.order_events where order_id = $1 order by version', [id])
  ).map(({ type }) => type);

const post = (path: string, body?: object) => shop.send<Order>(shop.staff, 'POST', `/api/v1/orders/${path}`, body);

describe('an order', () => {
  test('that is paid has its goods, once, however often it is told', async () => {
    const { article, order } = await placed(5, 2);
    await shop.pay(order.id);
    const subject = { kind: 'order', id: order.id };
    await shop.portico.database.transaction((tx) => enqueue(tx, recordPaymentJob, { subject }));
    await shop.runEverything();
    expect(await types(order)).toEqual(['placed', 'paid']);
    expect(await shop.stock(article)).toEqual({ onHand: 3, reserved: 0 });
    expect((await shop.order(order.id)).paidAt).not.toBeNull();
  });

  test('that nobody pays is cancelled in the end, and its goods are free', async () => {
    const { article, order } = await placed(5, 2);
    await lapse(order);
    await settle();
    await settle();
    expect(await types(order)).toEqual(['placed', 'lapsed']);
    expect((await shop.order(order.id)).cancellation).toMatchObject({ reason: 'unpaid' });
    expect(await shop.stock(article)).toEqual({ onHand: 5, reserved: 0 });
  });

  test('whose money comes after its goods were let go gets them anew', async () => {
    const { article, order } = await placed(5, 2);
    await lapse(order);
    await shop.pay(order.id);
    expect(await types(order)).toEqual(['placed', 'paid']);
    expect(await shop.stock(article)).toEqual({ onHand: 3, reserved: 0 });
  });

  test('whose money comes when the goods are gone is looked at, until there are some', async () => {
    const { article, order } = await placed(2, 2);
    await lapse(order);
    const quicker = (await shop.place(shop.customer(), [[article, 1]])).body;
    await shop.pay(order.id);
    expect((await shop.order(order.id)).state).toBe('payment_review');
    await settle();
    expect(await types(order)).toEqual(['placed', 'review_begun']);
    await post(`${quicker.id}/cancel`);
    await settle();
    expect(await types(order)).toEqual(['placed', 'review_begun', 'paid']);
    expect(await shop.stock(article)).toEqual({ onHand: 0, reserved: 0 });
  });

  test('that is cancelled while its money is on the way gives it back', async () => {
    const { order } = await placed(2, 2);
    expect(await shop.startPaying(order.id)).toBeLessThan(300);
    await post(`${order.id}/cancel`);
    await shop.runEverything();
    expect(await types(order)).toEqual(['placed', 'cancelled']);
    expect((await shop.payment(order.id)).kept).toBe(0n);
  });

  test('whose payment is on the way when its time is over waits for it', async () => {
    const { article, order } = await placed(5, 2);
    expect(await shop.startPaying(order.id)).toBeLessThan(300);
    await shop.sql('update orders.payments set due_at = clock_timestamp() where order_id = $1', [order.id]);
    await settleOpenOrders(dependenciesOf(shop), { signal: new AbortController().signal });
    expect(await types(order)).toEqual(['placed']);
    await shop.runEverything();
    expect(await types(order)).toEqual(['placed', 'paid']);
    expect(await shop.stock(article)).toEqual({ onHand: 3, reserved: 0 });
  });

  test('that is paid, cancelled and too late at once is one of these, and its stock is right', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { article, order } = await placed(3, 3);
      await lapse(order);
      await Promise.all([shop.pay(order.id), post(`${order.id}/cancel`), settle()]);
      await settle();
      const { state } = await shop.order(order.id);
      expect(await shop.stock(article)).toEqual({ onHand: state === 'paid' ? 0 : 3, reserved: 0 });
      const allowed = ['paid', 'paid cancelled', 'review_begun cancelled', 'cancelled', 'lapsed'];
      expect(allowed).toContain((await types(order)).slice(1).join(' '));
    }
  });
});

describe('goods', () => {
  test('go out in parts, arrive, and come back with what was paid for them', async () => {
    const { article, order } = await placed(5, 3);
    const line = order.lines[0]?.id ?? '';
    expect((await post(`${order.id}/shipments`, {})).body.code).toBe('illegal-order-transition');
    await shop.pay(order.id);
    const some = { lines: [{ lineId: line, quantity: 1 }], carrier: 'DHL', trackingCode: 'X1' };
    expect((await post(`${order.id}/shipments`, some)).body).toMatchObject({
      state: 'partly_fulfilled',
      lines: [{ shipped: 1 }],
    });
    const tooMany = { lines: [{ lineId: line, quantity: 3 }] };
    expect((await post(`${order.id}/shipments`, tooMany)).body.code).toBe('nothing-to-ship');
    expect((await post(`${order.id}/shipments`, {})).body).toMatchObject({
      state: 'fulfilled',
      lines: [{ shipped: 3 }],
    });
    expect((await shop.send<Order>(shop.staff, 'POST', `/api/v1/orders/${order.id}/delivery`)).body.state).toBe(
      'delivered',
    );

    const one = await post(`${order.id}/returns`, { lines: [{ lineId: line, quantity: 1 }], restock: true });
    expect(one.body).toMatchObject({ state: 'partly_returned', returns: [{ refund: 5831 }], lines: [{ returned: 1 }] });
    const rest = await post(`${order.id}/returns`, { restock: false });
    expect(rest.body).toMatchObject({ state: 'returned', returns: [{ refund: 5831 }, { refund: 11_662 }] });
    expect((await post(`${order.id}/returns`, { restock: true })).body.code).toBe('illegal-order-transition');
    await shop.runEverything();
    expect((await shop.payment(order.id)).refunded.amount).toBe(BigInt(order.lines[0]?.total ?? 0));
    expect(await shop.stock(article)).toEqual({ onHand: 3, reserved: 0 });
  });
});

describe('the stream', () => {
  test('is only added to, by anybody', async () => {
    const text = `update orders.order_events set type = 'paid'`;
    await expect(shop.sql(text)).rejects.toThrow('only added to');
    await expect(shop.sql('truncate orders.order_events')).rejects.toThrow('only added to');
  });

  test('makes every order anew, and says which is shown otherwise', async () => {
    const { orders } = shop.portico.portico;
    const { order } = await placed(2, 1);
    expect(await orders.compareOrders({ repair: false })).toMatchObject({ differing: [] });
    await shop.sql(`update orders.orders set body = jsonb_set(body, '{state}', '"paid"') where id = $1`, [order.id]);
    expect((await orders.compareOrders({ repair: true })).differing).toEqual([order.id]);
    expect(await orders.compareOrders({ repair: false })).toMatchObject({ differing: [] });
    expect(await shop.order(order.id)).toEqual(order);
  });
});

describe('the feed', () => {
  const page = async (after: number, limit = 7) =>
    (await shop.send<Schema<'OrderChanges'>>(shop.staff, 'GET', `/api/v1/orders/changes?after=${after}&limit=${limit}`))
      .body;

  test('tells each event once, without a gap, while orders are placed', async () => {
    const article = await shop.article(100);
    const buying = Promise.all(
      Array.from({ length: 20 }, async () => {
        const { body } = await shop.place(shop.customer(), [[article, 1]]);
        await post(`${body.id}/cancel`);
      }),
    );
    const seen: Schema<'OrderChange'>[] = [];
    const progress = { done: false };
    void buying.then(() => (progress.done = true));
    for (let after = 0; ;) {
      const ended = progress.done;
      const { items, next } = await page(after);
      seen.push(...items);
      if (ended && items.length === 0) break;
      after = next;
    }
    await buying;
    expect(seen.map(({ position }) => position)).toEqual(seen.map((_, index) => index + 1));
    expect(seen).toHaveLength(await shop.count('order_events'));
    expect(new Set(seen.map(({ eventId }) => eventId)).size).toBe(seen.length);
    const versions = new Map<string, number>();
    for (const { orderId, version } of seen) {
      expect(version).toBe((versions.get(orderId) ?? 0) + 1);
      versions.set(orderId, version);
    }
    expect(await page(5, 3)).toEqual(await page(5, 3));
  });
});
