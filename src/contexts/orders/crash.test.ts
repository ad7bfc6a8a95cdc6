import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Schema } from '../../contract/handlers.ts';
import type { Database } from '../../database/transaction.ts';
import type { Geocoder } from '../../ports/geocoding.ts';
import { newId } from '../../shared/id.ts';
import { killAfterEachStep } from '../../testing/dying-database.ts';
import { lapseStock, mailsOf } from '../../testing/orders.ts';
import type { OrdersDependencies } from './dependencies.ts';
import { eraseCustomer } from './erase-customer.ts';
import { sendOrderMail } from './mail/send-order-mail.ts';
import { address, createOrdersFixture, dependenciesOf } from './orders.fixture.ts';
import type { Customer, OrdersFixture } from './orders.fixture.ts';
import { recordPayment } from './paying/record-payment.ts';
import { settleOpenOrders } from './paying/settle-open-orders.ts';
import { locateAddress } from './placing/locate-address.ts';
import { placeOrder } from './placing/place-order.ts';

let shop: OrdersFixture;
let who: Customer;
let article: string;
let order: Schema<'Order'>;
beforeAll(async () => {
  shop = await createOrdersFixture();
});
afterAll(() => shop.close());

const { recipient: _, phone: __, ...postal } = address;
const signal = new AbortController().signal;

/** Two of five, ordered by somebody new. */
async function place(): Promise<void> {
  [who, article] = [shop.customer(), await shop.article(5)];
  order = (await shop.place(who, [[article, 2]])).body;
}

const types = async (orderId: string): Promise<readonly string[]> => {
  const rows = await shop.sql<{ type: string }>(
    'select type from orders.order_events where order_id = $1 order by version',
    [orderId],
  );
  return rows.map(({ type }) => type);
};

/** Of what went wrong with several orders. */
function firstOf(error: unknown): never {
  throw error instanceof AggregateError ? (error.errors[0] as Error) : error;
}

/** Payments by which everything is paid. */
const paid = (): OrdersDependencies['payments'] => ({
  ...dependenciesOf(shop).payments,
  readPayments: async (queryable, ids) =>
    (await dependenciesOf(shop).payments.readPayments(queryable, ids)).map((payment) => ({
      ...payment,
      kept: payment.due.amount,
    })),
});

/** Kills a job after each of its steps, each time for another order, and then lets another process run it twice. */
async function survive(
  prepare: () => Promise<void>,
  job: (worker: Database) => Promise<void>,
  check: () => Promise<void>,
): Promise<number> {
  return killAfterEachStep(
    shop.portico.database,
    async (mortal) => {
      await place();
      await prepare();
      await job(mortal);
    },
    async () => {
      await job(shop.portico.database);
      await job(shop.portico.database);
      await check();
    },
  );
}

describe('whatever dies', () => {
  test('an order is placed with everything, or not at all', async () => {
    const { settings, enqueue, catalog, exchangeRates, payments } = dependenciesOf(shop);
    let orderId = '';
    const kills = await killAfterEachStep(
      shop.portico.database,
      async (mortal) => {
        article = await shop.article(5);
        orderId = newId();
        const customerId = newId();
        await mortal.transaction((tx) =>
          placeOrder(
            { tx, settings, enqueue, catalog, exchangeRates, payments },
            {
              ...{ orderId, customerId, actor: { type: 'user', id: customerId }, currency: 'EUR', channel: 'web' },
              ...{ locale: 'en', lines: [{ variantId: article, quantity: 2 }], shippingMethod: 'parcel' },
              address: { recipient: 'Sara', phone: null, address: postal },
              ...{ couponCode: undefined, expectedTotal: undefined, confirmDuplicate: false, mayConfirm: false },
            },
          ),
        );
      },
      async () => {
        const events = (await types(orderId)).length;
        expect(events).toBeLessThanOrEqual(1);
        expect(await shop.stock(article)).toEqual({ onHand: 5, reserved: 2 * events });
        expect(await payments.readPayments(shop.portico.database, [orderId])).toHaveLength(events);
        const waiting = await shop.sql('select 1 from orders.payments where order_id = $1', [orderId]);
        expect(waiting).toHaveLength(events);
      },
    );
    expect(kills).toBeGreaterThan(10);
    const numbers = await shop.sql<{ number: number }>('select number from orders.orders order by number');
    expect(numbers.map(({ number }) => number)).toEqual(numbers.map((_, index) => index + 1));
  });

  test('a payment completes its order once', async () => {
    const kills = await survive(
      () => Promise.resolve(),
      (worker) => recordPayment({ ...dependenciesOf(shop), payments: paid(), worker }, { orderId: order.id }),
      async () => {
        expect(await types(order.id)).toEqual(['placed', 'paid']);
        expect(await shop.stock(article)).toEqual({ onHand: 3, reserved: 0 });
      },
    );
    expect(kills).toBeGreaterThan(5);
  });

  test('an order that nobody pays lapses once', async () => {
    const kills = await survive(
      async () => {
        await shop.sql('update orders.payments set due_at = clock_timestamp() where order_id = $1', [order.id]);
        await lapseStock(shop.portico.owner, order.id);
      },
      (worker) => settleOpenOrders({ ...dependenciesOf(shop), worker }, { signal }).catch(firstOf),
      async () => {
        expect(await types(order.id)).toEqual(['placed', 'lapsed']);
        expect(await shop.stock(article)).toEqual({ onHand: 5, reserved: 0 });
      },
    );
    expect(kills).toBeGreaterThan(5);
  });

  test('an order that cannot be settled holds up no other', async () => {
    await place();
    const bad = order;
    await place();
    for (const { id } of [bad, order]) {
      await shop.sql('update orders.payments set due_at = clock_timestamp() where order_id = $1', [id]);
    }
    const { payments, ...rest } = dependenciesOf(shop);
    const [broken] = await payments.readPayments(shop.portico.database, [bad.id]);
    const failing: typeof payments = {
      ...payments,
      attemptInFlight: (tx, id) =>
        id === broken?.paymentId ? Promise.reject(new Error('broken')) : payments.attemptInFlight(tx, id),
    };
    await expect(settleOpenOrders({ ...rest, payments: failing }, { signal })).rejects.toThrow('1 orders');
    expect([await types(bad.id), await types(order.id)]).toEqual([['placed'], ['placed', 'lapsed']]);
    await settleOpenOrders({ ...rest, payments }, { signal });
    expect(await types(bad.id)).toEqual(['placed', 'lapsed']);
  });

  test('a mail is written once', async () => {
    const { notifications } = shop.portico.portico;
    const readContacts = (_: unknown, [userId = '']: readonly string[]) =>
      Promise.resolve([{ userId, email: 'sara@shop.example' }]);
    const kills = await survive(
      () => Promise.resolve(),
      (worker) =>
        sendOrderMail({ worker, notifications, readContacts }, { orderId: order.id, version: 1, kind: 'placed' }),
      async () => expect(await mailsOf(shop.portico.owner, order.id)).toHaveLength(1),
    );
    expect(kills).toBeGreaterThan(1);
  });

  test('an address is found, or written down as unknown in the end', async () => {
    let asked = 0;
    const away: Geocoder = {
      name: 'away',
      locate: () => {
        asked += 1;
        return Promise.resolve({ outcome: 'unavailable', code: 'silent', detail: '' });
      },
    };
    await place();
    const look = (attempt: number) =>
      locateAddress({ worker: shop.portico.database, geocoder: away }, { orderId: order.id }, { signal, attempt });
    await expect(look(1)).rejects.toThrow('cannot be asked');
    await look(5);
    expect(asked).toBe(2);
    await look(1);
    expect(asked).toBe(2);
    const located = await shop.sql('select located from orders.addresses where order_id = $1', [order.id]);
    expect(located).toMatchObject([{ located: { outcome: 'unknown' } }]);
  });

  test('a customer is forgotten', async () => {
    const kills = await survive(
      () => Promise.resolve(),
      (worker) => eraseCustomer({ worker }, { userId: who.userId }),
      async () => {
        expect(await shop.sql('select 1 from orders.addresses where customer_id = $1', [who.userId])).toEqual([]);
        expect((await shop.order(order.id)).address).toBeNull();
      },
    );
    expect(kills).toBeGreaterThan(1);
  });
});
