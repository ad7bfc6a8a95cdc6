import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Schema } from '../../contract/handlers.ts';
import { auditOf, mailsOf } from '../../testing/orders.ts';
import { enqueue } from '../../jobs/enqueue.ts';
import { sendOrderMailJob } from './jobs.ts';
import { address, createOrdersFixture } from './orders.fixture.ts';
import type { OrdersFixture } from './orders.fixture.ts';

let shop: OrdersFixture;
beforeAll(async () => {
  shop = await createOrdersFixture();
});
afterAll(() => shop.close());

type Order = Schema<'Order'>;

describe('a cart', () => {
  const path = '/api/v1/carts/EUR/web';

  test('is priced when it is read, and empty once it was ordered', async () => {
    const [who, article] = [shop.customer(), await shop.article(5)];
    const empty = await shop.send<Schema<'Cart'>>(who, 'GET', path);
    expect(empty.body).toEqual({
      currency: 'EUR',
      channel: 'web',
      lines: [],
      subtotal: { amount: 0, currency: 'EUR' },
    });
    const lines = [{ variantId: article, quantity: 2 }];
    const filled = await shop.send<Schema<'Cart'>>(who, 'PUT', path, { lines }, { 'if-match': empty.etag });
    expect(filled).toMatchObject({ status: 200, body: { subtotal: { amount: 9800 }, lines: [{ available: true }] } });
    expect((await shop.send(who, 'PUT', path, { lines: [] }, { 'if-match': empty.etag })).status).toBe(412);

    const placed = await shop.place(who, [], { lines: undefined, expectedTotal: 12_245 });
    expect(placed.body).toMatchObject({ lines: [{ variantId: article, quantity: 2 }], totals: { total: 12_245 } });
    expect((await shop.send<Schema<'Cart'>>(who, 'GET', path)).body.lines).toEqual([]);
    expect((await shop.place(who, [], { lines: undefined })).body.code).toBe('cart-empty');
  });

  test('shows what is not for sale there, without a price', async () => {
    const [who, article] = [shop.customer(), await shop.article(0)];
    const usd = '/api/v1/carts/USD/web';
    const lines = [{ variantId: article, quantity: 1 }];
    const answer = await shop.send(who, 'PUT', usd, { lines }, { 'if-match': '*' });
    expect(answer.body).toMatchObject({ lines: [{ variantId: article, available: false }], subtotal: { amount: 0 } });
    expect((await shop.place(who, [[article, 1]], { currency: 'USD' })).body.code).toBe('article-unavailable');
  });
});

describe('placing an order', () => {
  test('copies names, prices and taxes, holds the stock and counts', async () => {
    const [who, article] = [shop.customer(), await shop.article(5)];
    const { status, body, etag } = await shop.place(who, [[article, 2]]);
    expect(status).toBe(201);
    expect(etag).toBe('"1"');
    expect(body).toMatchObject({
      ...{ state: 'pending_payment', customerId: who.userId, address },
      totals: { subtotal: 9800, discount: 0, shipping: 490, tax: 1955, total: 12_245 },
      lines: [
        { unitPrice: 4900, taxBasisPoints: 1900, tax: 1862, total: 11_662, options: [{ key: 'size', value: 'm' }] },
      ],
    });
    expect(Date.parse(body.editableUntil) - Date.parse(body.placedAt)).toBe(3 * 3_600_000);
    expect(await shop.stock(article)).toEqual({ onHand: 5, reserved: 2 });

    const path = `/api/v1/variants/${article}`;
    const prices = [{ channel: 'web', price: { amount: 1, currency: 'EUR' }, validFrom: null, validUntil: null }];
    expect(
      (await shop.send(shop.staff, 'PATCH', path, { prices, sku: `NEW-${article}` }, { 'if-match': '*' })).status,
    ).toBe(200);
    expect(await shop.order(body.id)).toEqual(body);
    const invoice = await shop.send<{ text: string }>(who, 'GET', `/api/v1/orders/${body.id}/invoice`);
    expect(invoice.body.text).toContain('122.45 EUR');
    expect(invoice.body.text).toContain('Unter den Linden 1');
  });

  test('takes everything or nothing, and names what is short', async () => {
    const [who, has, none] = [shop.customer(), await shop.article(3), await shop.article(0)];
    const refused = await shop.place(who, [
      [has, 1],
      [none, 1],
    ]);
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'out-of-stock', errors: [{ pointer: '/lines/1/quantity' }] },
    });
    expect(await shop.stock(has)).toEqual({ onHand: 3, reserved: 0 });
  });

  test('sells ten to fifty buyers ten times, and numbers them without a gap', async () => {
    const article = await shop.article(10);
    const answers = await Promise.all(Array.from({ length: 50 }, () => shop.place(shop.customer(), [[article, 1]])));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
    expect(answers.filter(({ body }) => body.code === 'out-of-stock')).toHaveLength(40);
    expect(await shop.stock(article)).toEqual({ onHand: 10, reserved: 10 });
    const numbers = await shop.sql<{ number: number }>('select number from orders.orders order by number');
    expect(numbers.map(({ number }) => number)).toEqual(numbers.map((_, index) => index + 1));
  });

  test('refuses what cannot be, and writes nothing', async () => {
    const [who, article] = [shop.customer(), await shop.article(5)];
    const before = await shop.count('order_events');
    const refusals: [object, string][] = [
      [{ address: { ...address, country: 'XX' } }, 'address-invalid'],
      [{ shippingMethod: 'balloon' }, 'shipping-unavailable'],
      [{ couponCode: 'NOBODY' }, 'coupon-unusable'],
      [{ expectedTotal: 1 }, 'total-changed'],
      [{ currency: 'ZZZ' }, 'currency-unknown'],
      [{ lines: [article, article].map((variantId) => ({ variantId, quantity: 1 })) }, 'variant-twice'],
    ];
    for (const [more, code] of refusals) {
      expect(await shop.place(who, [[article, 1]], more)).toMatchObject({ status: 409, body: { code } });
    }
    expect(await shop.count('order_events')).toBe(before);
  });
});

describe('the same order again', () => {
  test('is refused and names the first, however many come at once', async () => {
    const [who, article] = [shop.customer(), await shop.article(20)];
    const answers = await Promise.all(Array.from({ length: 8 }, () => shop.place(who, [[article, 2]])));
    const [first, ...more] = answers.filter(({ status }) => status === 201);
    expect(more).toEqual([]);
    const refused = answers.filter(({ body }) => body.code === 'duplicate-order');
    expect(refused).toHaveLength(7);
    expect(refused[0]?.body.errors).toMatchObject([
      { detail: `the same as order ${first?.body.number}, ${first?.body.id}` },
    ]);
    expect(await shop.stock(article)).toMatchObject({ reserved: 2 });
  });

  test('is placed when it is confirmed by who may, and audited', async () => {
    const [who, article] = [shop.customer(), await shop.article(20)];
    const first = (await shop.place(who, [[article, 1]])).body;
    const scopes = ['orders:read', 'orders:write'];
    const barred = { ...who, token: shop.portico.tokenFor({ userId: who.userId, scopes }) };
    const confirmed = { confirmDuplicate: true };
    expect(await shop.place(barred, [[article, 1]], confirmed)).toMatchObject({
      ...{ status: 403, body: { code: 'duplicate-confirmation-forbidden' } },
    });
    const again = (await shop.place(who, [[article, 1]], confirmed)).body;
    expect(again.duplicateOf).toBe(first.id);
    expect(await auditOf(shop.portico.owner, again.id)).toMatchObject([{ action: 'duplicate-order-confirmed' }]);
  });

  test('is a new one once the first is cancelled', async () => {
    const [who, article] = [shop.customer(), await shop.article(20)];
    const first = (await shop.place(who, [[article, 1]])).body;
    await shop.send(who, 'POST', `/api/v1/orders/${first.id}/cancel`);
    expect((await shop.place(who, [[article, 1]])).body).toMatchObject({ duplicateOf: null, state: 'pending_payment' });
  });
});

describe('a coupon', () => {
  const coupon = async (more: object): Promise<string> => {
    const code = `C-${Math.random().toString(36).slice(2, 10)}`.toUpperCase();
    const body = {
      ...{ code, basisPoints: 1000, amount: null, currency: null, minimum: 0, oncePerCustomer: false, maxUses: null },
      ...{ validFrom: null, validUntil: null, ...more },
    };
    expect((await shop.send(shop.staff, 'POST', '/api/v1/coupons', body)).status).toBe(201);
    return code;
  };

  test('is used no more often than it can be, whatever comes at once', async () => {
    const [couponCode, article] = [await coupon({ maxUses: 3 }), await shop.article(50)];
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => shop.place(shop.customer(), [[article, 1]], { couponCode })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(answers.filter(({ body }) => body.code === 'coupon-unusable')).toHaveLength(9);
    expect(await shop.stock(article)).toMatchObject({ reserved: 3 });
    expect(await shop.sql('select uses from orders.coupons where code = $1', [couponCode])).toEqual([{ uses: 3 }]);
  });

  test('is used once by a customer, unless the order is cancelled', async () => {
    const [couponCode, article, who] = [
      await coupon({ oncePerCustomer: true }),
      await shop.article(50),
      shop.customer(),
    ];
    const first = (await shop.place(who, [[article, 1]], { couponCode: couponCode.toLowerCase() })).body;
    expect(first).toMatchObject({ couponCode, totals: { discount: 490 } });
    expect((await shop.place(who, [[article, 2]], { couponCode })).body.code).toBe('coupon-unusable');
    await shop.send(who, 'POST', `/api/v1/orders/${first.id}/cancel`);
    expect((await shop.place(who, [[article, 2]], { couponCode })).status).toBe(201);
  });

  test('that takes everything off leaves an order that is paid', async () => {
    const couponCode = await coupon({ basisPoints: 10_000 });
    const prices = [{ currency: 'EUR', amount: 0 }];
    const free = { name: 'Pick up', taxClass: 'zero', active: true, prices };
    await shop.send(shop.staff, 'PUT', '/api/v1/shipping-methods/pick-up', free, { 'if-match': '*' });
    const article = await shop.article(1);
    const { body } = await shop.place(shop.customer(), [[article, 1]], { couponCode, shippingMethod: 'pick-up' });
    expect(body).toMatchObject({ state: 'paid', totals: { total: 0 } });
    expect(await shop.stock(article)).toEqual({ onHand: 0, reserved: 0 });
  });
});

describe('readers', () => {
  test('see their own orders, and the staff everybody’s', async () => {
    const [who, article] = [shop.customer(), await shop.article(5)];
    const { id, number } = (await shop.place(who, [[article, 1]])).body;
    const path = `/api/v1/orders/${id}`;
    for (const part of ['', '/events', '/invoice']) {
      expect((await shop.send(shop.customer(), 'GET', path + part)).status).toBe(404);
      expect((await shop.send(shop.staff, 'GET', path + part)).status).toBe(200);
    }
    expect((await shop.send(shop.customer(), 'POST', `${path}/cancel`)).status).toBe(404);
    const list = `/api/v1/orders?number=${number}&expand=lines&expand=address&expand=payment`;
    const listed = await shop.send<Schema<'OrderPage'>>(shop.staff, 'GET', list);
    expect(listed.body.items).toMatchObject([
      {
        id,
        lines: [{ sku: expect.stringContaining('SKU') as unknown }],
        address,
        payment: { captured: { amount: 0 } },
      },
    ]);
    expect((await shop.send<Schema<'OrderPage'>>(shop.customer(), 'GET', list)).body.items).toEqual([]);
  });

  test('find what happened, the newest first', async () => {
    const [who, article] = [shop.customer(), await shop.article(5)];
    const { id } = (await shop.place(who, [[article, 1]])).body;
    await shop.send(who, 'POST', `/api/v1/orders/${id}/cancel`);
    const { body } = await shop.send<Schema<'OrderEventPage'>>(who, 'GET', `/api/v1/orders/${id}/events`);
    expect(body.items).toMatchObject([
      { type: 'cancelled', version: 2, actorType: 'user', actorId: who.userId, total: null },
      { type: 'placed', version: 1, total: { amount: 6414 }, lines: [{ quantity: 1 }] },
    ]);
    expect((await shop.order(id)).cancellation).toMatchObject({ reason: 'customer' });
  });
});

test('a mail is written once for each event, and in the words that staff have published', async () => {
  const { database, identity } = shop.portico.portico;
  await database.transaction((tx) => identity.seedDemo(tx, { people: 0 }));
  const token = await shop.portico.logIn('user@portico.example', 'portico-demo-user');
  const me = await shop.send<{ user: { id: string } }>({ userId: '', token }, 'GET', '/api/v1/auth/me');
  const who = { token, userId: me.body.user.id };
  const order: Order = (await shop.place(who, [[await shop.article(9), 1]])).body;
  await shop.portico.runJobs();
  const mails = () => mailsOf(shop.portico.owner, order.id);
  expect(await mails()).toMatchObject([
    { key: `order:${order.id}:placed:1`, subject: `We have your order ${order.number}` },
  ]);
  await database.transaction((tx) => enqueue(tx, sendOrderMailJob, { orderId: order.id, version: 1, kind: 'placed' }));
  await shop.portico.runJobs();
  expect(await mails()).toHaveLength(1);

  const template = { key: 'orders.cancelled', channel: 'email', category: 'account', description: 'Cancelled.' };
  const { body: made } = await shop.send<{ id: string }>(shop.staff, 'POST', '/api/v1/message-templates', template);
  const path = `/api/v1/message-templates/${made.id}`;
  const source = {
    ...{ defaultLocale: 'en', variables: [{ name: 'number', type: 'integer', sample: 1 }] },
    contents: [{ locale: 'en', subject: 'Gone', text: 'Order {{number}} is gone.' }],
  };
  const draft = await shop.send<{ id: string }>(shop.staff, 'POST', `${path}/versions`, source);
  const publish = { versionId: draft.body.id };
  expect((await shop.send(shop.staff, 'POST', `${path}/publish`, publish, { 'if-match': '*' })).status).toBe(200);
  await shop.send(who, 'POST', `/api/v1/orders/${order.id}/cancel`);
  await shop.portico.runJobs();
  expect((await mails())[1]).toEqual({ key: `order:${order.id}:cancelled:2`, subject: 'Gone' });
});

test('where an order goes is found out afterwards, and told to whoever packs', async () => {
  const [who, article] = [shop.customer(), await shop.article(2)];
  const { number } = (await shop.place(who, [[article, 1]])).body;
  const listed = async () => {
    const path = `/api/v1/orders?number=${number}&expand=address`;
    return (await shop.send<Schema<'OrderPage'>>(shop.staff, 'GET', path)).body.items[0];
  };
  expect((await listed())?.location).toBeNull();
  await shop.portico.runJobs();
  expect((await listed())?.location?.outcome).not.toBe('unknown');
});
