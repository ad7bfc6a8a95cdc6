import { good } from '../../../contract-tests/walks/answers.ts';
import * as shop from '../../../contract-tests/walks/catalog.ts';
import { paymentsOfOrders } from '../../compose-orders.ts';
import type { Schema } from '../../contract/handlers.ts';
import { statement } from '../../database/transaction.ts';
import { newId } from '../../shared/id.ts';
import { enqueue } from '../../jobs/enqueue.ts';
import type { OrderPayment, OrdersDependencies } from './dependencies.ts';
import { startPortico } from '../../testing/portico.ts';
import { hastenPayments, stockOf } from '../../testing/orders.ts';
import type { TestPortico, TestPorticoOptions } from '../../testing/portico.ts';

/** What came back: of a refusal its `code`. */
export interface Answer<Body> {
  readonly status: number;
  readonly etag: string;
  readonly body: Body & {
    readonly code?: string;
    readonly detail?: string;
    readonly errors?: readonly { detail: string }[];
  };
}

export interface Customer {
  readonly userId: string;
  readonly token: string;
}

/** A shop with stock, on a database of its own, and people who buy there. */
export interface OrdersFixture {
  readonly portico: TestPortico;
  readonly staff: Customer;
  customer(): Customer;
  send<Body>(
    who: Customer,
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer<Body>>;
  /** A variant at 49.00 EUR, taxed at 19 % in DE, with so many in stock. */
  article(stock: number): Promise<string>;
  place(
    who: Customer,
    lines: readonly (readonly [variantId: string, quantity: number])[],
    more?: object,
  ): Promise<Answer<Schema<'Order'>>>;
  order(orderId: string): Promise<Schema<'Order'>>;
  /** Has the customer begin to pay what is due, as by the sandbox's pay page. @returns the status */
  startPaying(orderId: string): Promise<number>;
  /** The same, and everything that follows. */
  pay(orderId: string): Promise<number>;
  /** Runs every job, whenever it is due. */
  runEverything(): Promise<void>;
  payment(orderId: string): Promise<OrderPayment>;
  stock(variantId: string): Promise<{ readonly onHand: number; readonly reserved: number }>;
  /** Moves an order's deadlines, as if it had been placed so many seconds earlier. */
  age(orderId: string, seconds: number): Promise<void>;
  count(table: 'order_events' | 'orders' | 'coupon_redemptions' | 'addresses' | 'carts'): Promise<number>;
  sql<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export const address: Schema<'OrderAddress'> = {
  ...{ recipient: 'Sara Karimi', phone: null, line1: 'Unter den Linden 1', line2: null, city: 'Berlin', region: null },
  ...{ postalCode: '10117', country: 'DE' },
};

export async function createOrdersFixture(options: TestPorticoOptions = {}): Promise<OrdersFixture> {
  const portico = await startPortico(options);
  const person = (role: 'user' | 'staff'): Customer => {
    const userId = newId();
    return { userId, token: portico.tokenFor({ role, userId }) };
  };
  const staff = person('staff');
  const maker = {
    staff: { ...staff, sessionId: newId() },
    call: async <Body>(who: Customer, method: string, path: string, init: { body?: unknown } = {}): Promise<Body> =>
      good(await portico.request(method, path, { token: who.token, ...init })),
  };
  const fixture: OrdersFixture = {
    portico,
    staff,
    customer: () => person('user'),
    async send(who, method, path, body, headers = {}) {
      const merge = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {};
      const answer = await portico.request(method, path, {
        token: who.token,
        headers: { ...merge, ...headers },
        ...(body === undefined ? {} : { body }),
      });
      const text = await answer.text();
      const parsed: unknown = text.startsWith('{') ? JSON.parse(text) : { text };
      return { status: answer.status, etag: answer.headers.get('etag') ?? '', body: parsed as never };
    },
    async article(stock) {
      const variantId = await shop.createVariant(maker);
      const locationId = await shop.createStockLocation(maker);
      const body = { variantId, locationId, delta: stock, reason: 'received' };
      if (stock > 0) await maker.call(staff, 'POST', '/api/v1/stock-adjustments', { body });
      return variantId;
    },
    place: (who, lines, more = {}) =>
      fixture.send(who, 'POST', '/api/v1/orders', {
        ...{ currency: 'EUR', channel: 'web', shippingMethod: 'parcel', address },
        lines: lines.map(([variantId, quantity]) => ({ variantId, quantity })),
        ...more,
      }),
    order: async (orderId) => (await fixture.send<Schema<'Order'>>(staff, 'GET', `/api/v1/orders/${orderId}`)).body,
    async startPaying(orderId) {
      const [payment] = await portico.portico.payments.readPayments(portico.database, [orderId]);
      if (payment === undefined) throw new Error(`The order ${orderId} asks for no payment.`);
      const { id, customerId: userId } = payment.payment;
      const token = portico.tokenFor({ userId });
      const body = { methodToken: 'sandbox-ok' };
      return (await portico.request('POST', `/api/v1/payments/${id}/attempts`, { token, body })).status;
    },
    async pay(orderId) {
      const status = await fixture.startPaying(orderId);
      await fixture.runEverything();
      return status;
    },
    async runEverything() {
      for (let waiting = true; waiting;) {
        await hastenPayments(portico.owner);
        await portico.runJobs();
        waiting = await hastenPayments(portico.owner);
      }
    },
    async payment(orderId) {
      const [found] = await paymentsOfOrders(portico.portico.payments).readPayments(portico.database, [orderId]);
      if (found === undefined) throw new Error(`The order ${orderId} has no payment.`);
      return found;
    },
    stock: (variantId) => stockOf(portico.owner, variantId),
    async age(orderId, seconds) {
      await fixture.sql(
        `update orders.orders set editable_until = clock_timestamp() + make_interval(secs => $2) where id = $1`,
        [orderId, -seconds],
      );
    },
    async count(table) {
      return (await fixture.sql<{ n: number }>(`select count(*)::int as n from orders.${table}`))[0]?.n ?? 0;
    },
    sql: (text, values = []) => portico.owner.query(statement('', text), values),
    close: () => portico.close(),
  };
  const put = (path: string, body: unknown) => fixture.send(staff, 'PUT', path, body, { 'if-match': '*' });
  await put('/api/v1/tax-rates', { rates: [{ country: 'DE', taxClass: 'standard', basisPoints: 1900 }] });
  const prices = [{ currency: 'EUR', amount: 490 }];
  await put('/api/v1/shipping-methods/parcel', { name: 'Parcel', taxClass: 'standard', active: true, prices });
  return fixture;
}

/** What a job of orders is given, on the fixture's database. */
export function dependenciesOf({
  portico,
}: OrdersFixture): Pick<
  OrdersDependencies,
  'worker' | 'catalog' | 'exchangeRates' | 'payments' | 'settings' | 'enqueue'
> {
  const { catalog, exchangeRates, payments } = portico.portico;
  const settings = {
    editSeconds: 10_800,
    duplicateSeconds: 10_800,
    paymentSeconds: 900,
    captureMode: 'automatic',
    baseCurrency: undefined,
  } as const;
  return {
    ...{ worker: portico.database, catalog, exchangeRates },
    ...{ payments: paymentsOfOrders(payments), settings, enqueue },
  };
}
